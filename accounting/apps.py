from django.apps import AppConfig


class AccountingConfig(AppConfig):
    name = "accounting"

    def ready(self) -> None:
        from accounting import evidence, menu
        from accounting.bulletin import background as report_background  # noqa: F401 - registers its job kind
        from accounting.comparing import services as comparing_services  # noqa: F401 - registers its job kind
        from accounting.crosscheck.services import on_run_done, on_shard_done
        from accounting.cuts import services as cut_services  # noqa: F401 - registers its job kind
        from accounting.methods import units
        from accounting.preview.views import panel_of
        from accounting.publication import services as publication_services  # noqa: F401 - the same
        from accounting.runs import measures as run_measures
        from accounting.runs import services  # noqa: F401 - registers the job kind
        from accounting.runs.estimates import estimate_emissions
        from accounting.tables import books  # noqa: F401 - registers its job kind
        from accounting.tables import layout as table_layouts
        from census.conf.warming import read_at_start
        from census.jobs import events
        from sources.demo.stages import register_stage
        from sources.entry.panels import register_panel
        from sources.objects.estimates import register_estimator

        read_at_start(units.registry)
        read_at_start(table_layouts.load)
        menu.register()
        evidence.register()
        register_panel("accounting/preview/panel.html", panel_of)
        run_measures.register()
        events.inside("accounting.shard_done", on_shard_done)
        events.inside("accounting.run_done", on_run_done)
        register_estimator(estimate_emissions)
        register_stage("accounting", 30, "accounting.demo.load_run")
        register_stage("map", 31, "accounting.demo.load_points")
        register_stage("cut", 35, "accounting.demo.load_cut")
        register_stage("second cut", 44, "accounting.cuts.demo.load_second_cut")
        register_stage("reports", 45, "accounting.bulletin.demo.load_reports")
