from django.db import migrations

# Findings, problems and the (append-only) life of problems carry the place of their object and follow it, also
# where the mover may no longer see the new place: the function acts with the owner's rights, on one object.
PLACE_ROWS = """
CREATE FUNCTION review_place_rows(moved uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    UPDATE review_finding t SET region = o.region, category = o.category, district_id = o.district_id
    FROM sources_censusobject o WHERE o.id = moved AND t.object_id = moved;
    UPDATE review_problemevent t SET region = o.region, category = o.category, district_id = o.district_id
    FROM sources_censusobject o
    WHERE o.id = moved AND t.problem_id IN (SELECT id FROM review_problem WHERE object_id = moved);
    UPDATE review_problem t SET region = o.region, category = o.category, district_id = o.district_id
    FROM sources_censusobject o WHERE o.id = moved AND t.object_id = moved;
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0002_problems_drafts'),
        ('sources', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(PLACE_ROWS, "DROP FUNCTION review_place_rows(uuid)"),
    ]
