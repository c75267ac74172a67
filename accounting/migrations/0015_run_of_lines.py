from django.db import migrations, models


def key() -> models.ForeignKey:
    return models.ForeignKey(
        "accounting.run", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )


class Migration(migrations.Migration):
    dependencies = [("accounting", "0014_run_over_cut")]

    operations = [
        migrations.AlterField(model_name="line", name="run", field=key()),
        migrations.AlterField(model_name="gap", name="run", field=key()),
    ]
