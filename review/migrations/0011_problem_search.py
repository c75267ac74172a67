"""Words of problem rows are found by index, and answers say for whom they were given.

The search works as that of the register does (sources, migrations 0003 and 0004): an index over pairs of characters,
and a function that runs as the owner, because row-level security keeps LIKE away from indexes. It applies the running
scope itself and returns numbers only; whoever shows the rows still reads them through the policies. Drafts are not
searched.
"""

from django.db import migrations, models

SEARCH = r"""
CREATE INDEX problem_grams ON review_problem USING gin (object_grams(object_name, description))
    WHERE state <> 'draft';  -- a row is written twice, as a draft and when it is issued

CREATE FUNCTION problem_search(words text[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET max_parallel_workers_per_gather = 0
ROWS 500 AS $$
DECLARE
    high text := NULLIF(current_setting('census.high', true), '');
    districts text := current_setting('census.districts', true);
    object text := current_setting('census.object', true);
    scope text;
    named text;
    word text;
    pattern text;
BEGIN
    IF high IS NULL THEN
        RETURN;  -- no scope entered
    END IF;
    scope := format('state <> ''draft'' AND region >= %L AND region < %L AND category = ANY (%L::text[])',
        current_setting('census.low', true), high, current_setting('census.categories', true));
    IF districts IS DISTINCT FROM '*' THEN
        scope := scope || format(' AND district_id = ANY (%L::uuid[])', districts);
    END IF;
    IF object IS DISTINCT FROM '*' THEN
        scope := scope || format(' AND object_id = %L::uuid', object);
    END IF;
    named := format('SELECT id FROM review_problem WHERE %s
        AND object_grams(object_name, description) @> object_grams(VARIADIC %L::text[])', scope, words);
    FOREACH word IN ARRAY words LOOP
        pattern := '%' || regexp_replace(lower(word), '([\\%_])', '\\\1', 'g') || '%';
        named := named || format(' AND (lower(object_name) LIKE %1$L OR lower(description) LIKE %1$L)', pattern);
    END LOOP;
    RETURN QUERY EXECUTE named || format(' LIMIT %s', most);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0010_problem_orders"),
        ("sources", "0003_objects_search"),
    ]

    operations = [
        migrations.RunSQL(SEARCH, "DROP FUNCTION problem_search(text[], integer); DROP INDEX problem_grams;"),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["region", "id"], name="problem_marked", condition=~models.Q(mark="")),
        ),
        migrations.AddField(
            model_name="problem", name="answered_for", field=models.BigIntegerField(null=True)
        ),
    ]
