from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CensusConfig(AppConfig):
    name = "census"

    def ready(self) -> None:
        from census.access.rls import secure_database
        from census.dispatch.tallies import install
        from census.people import figures  # noqa: F401 - figures for documents
        from census.ui.entries import register

        # last app in INSTALLED_APPS order: by then every room's tables exist
        post_migrate.connect(secure_database, dispatch_uid="census.secure_database")
        post_migrate.connect(install, dispatch_uid="census.dispatch.tallies")
        register()
