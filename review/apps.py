from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        from census.conf.warming import read_at_start
        from review import figures, handlers, menu  # noqa: F401 - figures for documents
        from review.editor import trial  # noqa: F401 - registers the job kind
        from review.editor.force import form_in_force
        from review.findings import runs  # noqa: F401 - registers the job kind
        from review.problems import files, tasks  # noqa: F401 - registers the job kinds
        from review.problems import measures as problem_measures
        from review.rules.catalogue import audit_rules
        from review.selective import menu as selective_menu
        from review.selective import services as selective_services  # noqa: F401 - registers the job kind
        from review.sessions import menu as sessions_menu
        from review.verification import menu as verification_menu
        from review.verification import tasks as verification_tasks  # noqa: F401 - registers the job kind
        from sources.demo.stages import register_stage
        from sources.forms.amending import amend_with

        read_at_start(audit_rules)
        amend_with(form_in_force)
        handlers.register()
        menu.register()
        problem_measures.register()
        selective_menu.register()
        sessions_menu.register()
        verification_menu.register()
        register_stage("findings", 10, "review.demo.stages.load_findings")
        register_stage("problems", 20, "review.demo.stages.load_problems")
        register_stage("verification", 30, "review.verification.demo.load_verification")
        register_stage("sessions", 35, "review.sessions.demo.load_sessions")
