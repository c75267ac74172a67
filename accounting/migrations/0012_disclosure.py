"""A publication has a subject instead of a medium and a pollutant; released tables of industry become the industrial
part of their subject, tables not released are made again."""

from django.db import migrations, models

INDUSTRIAL = {"zh": "工业源", "en": "Industrial sources"}


def to_subjects(apps, schema_editor):
    Publication = apps.get_model("accounting", "Publication")
    Publication.objects.filter(released_at=None).delete()
    for row in Publication.objects.all():
        row.subject = f"discharge.{row.medium}.{row.pollutant}"
        content = row.content
        for column in content["columns"]:
            if column["key"] == "all":
                column.update(key="industrial", label=INDUSTRIAL)
        content["cells"] = [[_cell(cell) for cell in cells] for cells in content["cells"]]
        row.content = {**content, "partial": True}
        row.save(update_fields=["subject", "content"])


def _cell(cell):
    """The protection below the value was as wide as the one above it, down to nothing at most."""
    value, state, broken, low, high, contributors, protection, *_below = [*cell, 0.0]
    return [value, state, broken, low, high, contributors, protection, min(protection, value or 0.0)]


class Migration(migrations.Migration):
    dependencies = [("accounting", "0011_measures_compared")]

    operations = [
        migrations.RemoveConstraint("publication", "publication_released_once"),
        migrations.AddField(
            "publication", "subject", models.CharField(default="", max_length=60), preserve_default=False
        ),
        migrations.RunPython(to_subjects, migrations.RunPython.noop),
        migrations.RemoveField("publication", "medium"),
        migrations.RemoveField("publication", "pollutant"),
        migrations.AddConstraint(
            "publication",
            models.UniqueConstraint(
                fields=["cut", "subject"],
                condition=models.Q(released_at__isnull=False),
                name="publication_released_once",
            ),
        ),
    ]
