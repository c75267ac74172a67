"""The Celery application. Tasks live in each subject's ``tasks.py``; the beat schedule is here."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
app = Celery("census")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "census.dispatch",
        "census.jobs",
        "census.seals",
        "sources.objects",
        "sources.returns",
        "sources.sheets",
        "review.rules",
        "review.problems",
        "review.ladder",
        "accounting.maps",
        "accounting.runs",
        "accounting.tables",
    ]
)
app.conf.beat_schedule = {
    "dispatch.count_daily": {
        "task": "census.dispatch.count_daily",
        "schedule": crontab(hour=23, minute=30),
    },
    # derived figures are to be current ten seconds after a burst of saves
    "dispatch.fold": {"task": "census.dispatch.fold", "schedule": 5.0, "options": {"expires": 5.0}},
    "dispatch.derive": {"task": "census.dispatch.derive", "schedule": 600.0},
    "dispatch.rhythm": {"task": "census.dispatch.rhythm", "schedule": crontab(hour=6, minute=30)},
    "jobs.revive": {"task": "census.jobs.revive", "schedule": 60.0},
    "accounting.mark_stale": {"task": "accounting.runs.mark_stale", "schedule": 60.0},
    "accounting.refresh_points": {"task": "accounting.maps.refresh", "schedule": 60.0},
    "problems.remind": {"task": "review.problems.remind", "schedule": crontab(hour=7, minute=10)},
    "seals.seal": {"task": "census.seals.seal", "schedule": crontab(hour=1, minute=40)},
    "returns.seal_history": {"task": "sources.returns.seal_history", "schedule": crontab(hour=1, minute=10)},
}
