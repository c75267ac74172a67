"""Lists of the register stay fast under any filters.

``object_walk`` carries the filtered columns behind the order of the list: what a filter leaves out is passed over
inside the index. ``object_search_rows`` tells from PostgreSQL's statistics how frequent the words of a search are; it
runs as the owner, because under row-level security the planner does not use them. Searching counted instead, which
took longer than the page.
"""

from django.db import migrations, models

ESTIMATE = """
CREATE FUNCTION object_search_rows(words text[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$  -- EXPLAIN wants volatile
DECLARE
    named text := format('SELECT FROM sources_censusobject WHERE
        object_grams(name, former_name, initials) @> object_grams(VARIADIC %L::text[])', words);
    plan json;
BEGIN
    IF cardinality(words) = 1 AND upper(words[1]) ~ '^[0-9A-Z]{4,24}$' THEN
        named := named || format(
            ' UNION ALL SELECT FROM sources_censusobject WHERE code LIKE %L', upper(words[1]) || '%');
    END IF;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || named INTO plan;
    RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
-- a page is not worth the start of parallel workers
ALTER FUNCTION object_search(text[], integer) SET max_parallel_workers_per_gather = 0;
"""


class Migration(migrations.Migration):
    dependencies = [("sources", "0003_objects_search")]

    operations = [
        migrations.AddIndex(
            model_name="censusobject",
            index=models.Index(
                fields=["region", "code", "status", "kind", "industry", "operating", "size"],
                name="object_walk",
            ),
        ),
        migrations.RemoveIndex(model_name="censusobject", name="sources_cen_region_684dd4_idx"),
        migrations.AddIndex(
            model_name="censusobject",
            index=models.Index(fields=["industry", "region", "code"], name="object_industry"),
        ),
        migrations.RemoveIndex(model_name="censusobject", name="sources_cen_industr_0fb42a_idx"),
        migrations.RunSQL(
            ESTIMATE,
            "DROP FUNCTION object_search_rows(text[]);"
            "ALTER FUNCTION object_search(text[], integer) RESET max_parallel_workers_per_gather;",
        ),
    ]
