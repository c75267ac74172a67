"""What of the room is sealed once it is finished (census/seals): results, cuts, what was published, the library."""

from __future__ import annotations

from census.seals.evidence import Evidence, Ledger, register_evidence

_LINE = (
    "l.id, l.region, l.category, l.object_id, l.kind, l.source, l.subject, l.industry, l.form, l.sheet, l.row_key, "
    "l.section, l.unit, l.medium, l.pollutant, l.method, l.formula, l.chosen, l.activity, l.activity_unit, "
    "l.factor_id, l.factor_value, l.factor_unit, l.eta, l.k, l.generated_kg, l.removed_kg, l.discharged_kg, "
    "l.environment_kg, l.destination, l.match_step, l.confidence, l.place, l.inputs, l.version_no"
)
_GAP = (
    "g.id, g.region, g.category, g.object_id, g.kind, g.source, g.industry, g.form, g.sheet, g.row_key, g.section, "
    "g.pollutant, g.reason, g.key, g.size, g.size_unit, g.version_no"
)
_RUN = (
    "number, campaign_id, region, categories, edition, parameters, confidences, analogue, min_state, state, "
    "predecessor_id, data_cut_id, engine, objects_counted, lines_written, gaps_written, created_by, created_by_name, "
    "created_at AT TIME ZONE 'UTC', started_at AT TIME ZONE 'UTC', finished_at AT TIME ZONE 'UTC'"
)
_CUT = (
    "c.region, c.number, c.campaign_id, c.run_id, c.purpose, c.as_of AT TIME ZONE 'UTC', c.changed, c.objects_held, "
    "c.returns_held, c.digest, c.created_by, c.created_by_name"
)
_APPROVAL = "digest, state, checked_by, checked_by_name, approved_by_name, approved_at AT TIME ZONE 'UTC'"
_PUBLICATION = (
    "cut_id, region, subject, rules, content, exposed, released_by_name, released_at AT TIME ZONE 'UTC'"
)
_REPORT = "kind, region, number, cut_id, before_id, state, content, digest, remarks, published_at AT TIME ZONE 'UTC'"
_FACTOR = (
    "id, code, revision, content_hash, edition_id, sector, industry, industry_name, unit, product, material, process, "
    "scale, stage, region, region_codes, medium, pollutant, kind, technology, value, expression, parameters, "
    "value_unit, basis, k_family, confidence, reference_only, source, note, valid_from, valid_to, retired, change"
)


def _rows(columns: str) -> str:
    return f"sha256(convert_to(ROW({columns})::text, 'UTF8'))"


def _of_shard(columns: str, table: str, name: str) -> str:
    return f"""COALESCE((SELECT string_agg({_rows(columns)}, ''::bytea ORDER BY {name}.id) FROM {table} {name}
                         WHERE {name}.run_id = s.run_id AND {name}.region >= left(s.region, 6) || '000000'
                               AND {name}.region < left(s.region, 6) || '~'), ''::bytea)"""


def register() -> None:
    """Called once at start."""
    register_evidence(
        Evidence(
            "run",
            keys="SELECT id::text FROM accounting_run WHERE state = 'done' ORDER BY number",
            content=f"SELECT {_rows(_RUN)} FROM accounting_run WHERE id = %(key)s::uuid",
            named="SELECT 'accounting run ' || number FROM accounting_run WHERE id = %(key)s::uuid",
        ),
        Evidence(
            "shard",
            keys="""SELECT s.id::text FROM accounting_shard s JOIN accounting_run r ON r.id = s.run_id
                    WHERE r.state = 'done' AND s.state = 'done' ORDER BY r.number, s.region""",
            content=f"""SELECT {_of_shard(_LINE, "accounting_line", "l")}, {_of_shard(_GAP, "accounting_gap", "g")}
                        FROM accounting_shard s WHERE s.id = %(key)s::bigint""",
            named="""SELECT 'lines and gaps of accounting run ' || r.number || ' in ' || s.region
                     FROM accounting_shard s JOIN accounting_run r ON r.id = s.run_id WHERE s.id = %(key)s::bigint""",
        ),
        Evidence(
            "cut",
            keys="SELECT id::text FROM accounting_cut WHERE digest <> '' ORDER BY region, number",
            content=f"""SELECT {_rows(_CUT)},
                   (SELECT string_agg(sha256(convert_to(ROW(region, code, by, content)::text, 'UTF8')), ''::bytea
                                      ORDER BY region, code, by) FROM accounting_frozentable WHERE cut_id = c.id),
                   (SELECT string_agg(sha256(members), ''::bytea ORDER BY region) FROM accounting_part
                    WHERE cut_id = c.id)
                FROM accounting_cut c WHERE c.id = %(key)s::uuid""",
            named="SELECT 'data cut ' || number || ' of ' || region FROM accounting_cut WHERE id = %(key)s::uuid",
        ),
        Evidence(
            "approval",
            keys="SELECT id::text FROM accounting_cut WHERE state = 'approved' ORDER BY region, number",
            content=f"SELECT {_rows(_APPROVAL)} FROM accounting_cut WHERE id = %(key)s::uuid",
            named="""SELECT 'approval of data cut ' || number || ' of ' || region FROM accounting_cut
                     WHERE id = %(key)s::uuid""",
        ),
        Evidence(
            "publication",
            keys="SELECT id::text FROM accounting_publication WHERE released_at IS NOT NULL ORDER BY released_at, id",
            content=f"SELECT {_rows(_PUBLICATION)} FROM accounting_publication WHERE id = %(key)s::uuid",
            named="""SELECT 'released table ' || subject || ' of ' || region FROM accounting_publication
                     WHERE id = %(key)s::uuid""",
        ),
        Evidence(
            "report",
            keys="SELECT id::text FROM accounting_report WHERE state = 'published' ORDER BY published_at, id",
            content=f"""SELECT {_rows(_REPORT)},
                   (SELECT string_agg(sha256(content), ''::bytea ORDER BY language, form) FROM accounting_reportfile
                    WHERE report_id = r.id)
                FROM accounting_report r WHERE r.id = %(key)s::uuid""",
            named="""SELECT 'published report ' || kind || ' ' || number || ' of ' || region FROM accounting_report
                     WHERE id = %(key)s::uuid""",
        ),
        Ledger("factor", "accounting_factor", _FACTOR, "SELECT max(id) FROM accounting_factor"),
    )
