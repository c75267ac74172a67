from django.db import migrations

FROZEN = """
CREATE OR REPLACE FUNCTION accounting_factor_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - {free}) IS DISTINCT FROM (to_jsonb(NEW) - {free}) THEN
        RAISE EXCEPTION 'a revision of % is never changed or deleted', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
"""
# What a factor is found by is no part of the revision; emptied, it is made anew by the next load of the library.
EMPTY = "UPDATE accounting_factor SET search = '' WHERE current"


class Migration(migrations.Migration):
    dependencies = [("accounting", "0012_disclosure")]

    operations = [
        migrations.RunSQL(FROZEN.format(free="ARRAY['current', 'search']"), FROZEN.format(free="'current'")),
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
    ]
