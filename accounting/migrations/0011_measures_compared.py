from django.db import migrations, models

NAMED = """
UPDATE accounting_portion SET
    before = (SELECT coalesce(jsonb_object_agg('environment/' || key, value), '{}') FROM jsonb_each(before)),
    after = (SELECT coalesce(jsonb_object_agg('environment/' || key, value), '{}') FROM jsonb_each(after))
"""
BARE = """
UPDATE accounting_portion SET
    before = (SELECT coalesce(jsonb_object_agg(substr(key, 13), value), '{}') FROM jsonb_each(before)
              WHERE key LIKE 'environment/%'),
    after = (SELECT coalesce(jsonb_object_agg(substr(key, 13), value), '{}') FROM jsonb_each(after)
             WHERE key LIKE 'environment/%')
"""


class Migration(migrations.Migration):
    dependencies = [("accounting", "0010_factors_in_force")]

    operations = [
        migrations.AddField(
            model_name="difference",
            name="measure",
            field=models.CharField(
                choices=[
                    ("environment", "Enters the environment"),
                    ("generated", "Generated"),
                    ("discharged", "Discharged by the objects"),
                ],
                default="environment",
                max_length=12,
            ),
        ),
        migrations.RunSQL(NAMED, BARE),
    ]
