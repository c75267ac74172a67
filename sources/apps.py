from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "sources"

    def ready(self) -> None:
        from sources.returns import bulk, figures, handlers  # noqa: F401 - job kind, figures for documents
        from sources.returns import menu as returns_menu

        handlers.register()
        returns_menu.register()

        from sources.comments import menu as comments_menu
        from sources.orders import menu as orders_menu

        orders_menu.register()
        comments_menu.register()

        from sources.references import menu as references_menu

        references_menu.register()

        from sources.waters import menu as waters_menu

        waters_menu.register()

        from sources.objects import hooks, menu, tasks  # noqa: F401 - tasks names the job kinds

        hooks.register()
        menu.register()

        from census.conf.warming import read_at_start
        from sources.forms import catalogue

        read_at_start(catalogue.load)

        from census.audit.words import name_states
        from sources.returns.states import STATES

        name_states(STATES)

        from sources.demo.stages import register_stage
        from sources.objects import measures as objects_measures
        from sources.returns import measures as returns_measures

        objects_measures.register()
        returns_measures.register()
        register_stage("comments", 36, "sources.comments.demo.load_comments")
        register_stage("dispatch", 40, "census.dispatch.demo.load_dispatch")
