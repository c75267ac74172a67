"""Selective editing on the demo city: recall, items named, the curve, and seconds of each part.

Runs the same report as ``manage.py selective_report`` on the database of DATABASE_URL, which must hold the demo city
(``make bench ARGS=selective``; REGION=330800000000, ERRORS=150). The seconds stand beside the plain read of the forms.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
    django.setup()
    from django.core.management import CommandError, call_command

    from census.access.scope import Scope, enter
    from review.selective.reading import area_read
    from review.selective.services import area_look

    region = os.environ.get("REGION", "330800000000")
    try:
        call_command("selective_report", region=region, errors=int(os.environ.get("ERRORS", "150")))
    except CommandError as error:
        sys.exit(str(error))
    with enter(Scope.system(region)):
        begun = time.perf_counter()
        area = area_read(region)
        read = time.perf_counter()
        area_look(area, lambda _objects, _documents: {})
        looked = time.perf_counter()
        area_look(area)
        done = time.perf_counter()
    forms = len(area.documents)
    print(
        f"\nread {read - begun:.1f} s; detectors, localisation and scores {looked - read:.1f} s "
        f"({forms / (looked - read):,.0f} forms/s); with the accounting of both states {done - looked:.1f} s"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
