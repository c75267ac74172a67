"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
application = get_wsgi_application()

from census.conf.warming import warm  # noqa: E402 - needs Django set up

warm()
