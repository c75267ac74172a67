"""The job that makes tables for publication: several at a time, by whatever workers are free."""

from __future__ import annotations

import logging
import threading
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.publication import linked
from accounting.publication.disclosure import Rules, cells_of, protect
from accounting.publication.models import Publication
from accounting.publication.reading import RegisterMoved, contributions_read
from accounting.publication.tables import content_of, grid_of
from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import JobCancelled, JobFault, Progress, job_kind
from census.jobs.sharing import shard_work, shared_run

log = logging.getLogger(__name__)
JOB_KIND = "accounting.publication"
PROVED = 0.95  # of the work; the rest is rounding and keeping
BEAT = 2.0  # seconds between two words on how far a table is


@job_kind(JOB_KIND)
def publication_work(progress: Progress, *, publication_ids: list[str]) -> dict[str, int]:
    """Read the contributions of each table, hide cells, attack the result, and keep the table with its proof.

    Tables of one balance are made one after the other, numbers of objects after all amounts: each beside those before.
    A table that cannot be made is named at the end; the others are kept.
    """
    with enter(progress.scope):
        amounts, numbers = _shards(publication_ids)
    progress.start(len(amounts) + len(numbers), _("Hiding cells"))
    if amounts:
        shared_run(progress, amounts)
    found = shared_run(progress, [*amounts, *numbers])
    faults = [fault for shard in (*amounts, *numbers) for fault in found[shard]["faults"]]
    if faults:
        alone = len(publication_ids) == 1
        raise JobFault(" ".join(fault if alone else f"{title}: {fault}" for title, fault in faults))
    return {
        name: sum(counts[name] for counts in found.values()) for name in ("tables", "primary", "secondary")
    }


def _shards(publication_ids: list[str]) -> tuple[list[str], list[str]]:
    """What one worker makes at a stretch, ids joined by commas: amounts, each balance together; numbers of objects."""
    groups: dict[frozenset[str], list[str]] = {}
    numbers = []
    rows = {str(row.pk): row for row in Publication.objects.filter(pk__in=publication_ids).defer("content")}
    for pk in publication_ids:
        about = rows[pk].about
        if about.counts:
            numbers.append(pk)
        else:
            groups.setdefault(frozenset(about.balance) or frozenset({about.code}), []).append(pk)
    return [",".join(group) for group in groups.values()], numbers


@shard_work(JOB_KIND)
def tables_work(scope: Scope, job: Job, shard: str) -> dict[str, Any]:
    """Make the tables of one shard. Raises JobCancelled when somebody asks to stop."""
    counts: dict[str, Any] = {"tables": 0, "primary": 0, "secondary": 0, "faults": []}
    for pk in shard.split(","):
        row = Publication.objects.select_related("cut").get(pk=pk)
        try:
            with _Telling(scope, job, row.title) as tell:
                _work(row, tell)
        except JobFault as fault:
            counts["faults"].append([row.title, str(fault)])
            continue
        counts["tables"] += 1
        counts["primary"] += row.primary
        counts["secondary"] += row.secondary
    return counts


class _Telling:
    """Says in the job how far a table is, and hears a cancel: on a connection of its own, for what makes the table is
    one transaction that nobody sees before its end."""

    def __init__(self, scope: Scope, job: Job, title: str) -> None:
        self.scope, self.job, self.title = scope, job, title
        self._share, self._cancelled, self._ended = 0.0, False, threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"tables of job {job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def __call__(self, share: float) -> None:
        """*share* of the table is done. Raises JobCancelled."""
        self._share = share
        if self._cancelled:
            raise JobCancelled

    def _beat(self) -> None:
        try:
            while not self._ended.wait(BEAT):
                self._say()
        finally:
            connection.close()

    def _say(self) -> None:
        stage = f"{self.title[:90]} {self._share * PROVED:.0%}"
        try:
            with enter(self.scope):
                held = Job.objects.filter(pk=self.job.pk)
                held.update(stage=stage, heartbeat=timezone.now())
                self._cancelled = held.filter(cancel_requested=True).exists()
        except DatabaseError:
            log.warning("job %s could not say how far it is", self.job.pk, exc_info=True)


def _work(row: Publication, tell: _Telling) -> None:
    subject = row.about
    try:
        frame = contributions_read(row.cut, subject)
    except RegisterMoved as error:
        raise JobFault(
            _("Register or forms were changed since the cut (%(where)s). Make a new cut and publish from it.")
            % {"where": error}
        ) from error
    except ValidationError as error:  # what the cut holds lies outside the office's region by now
        raise JobFault(" ".join(error.messages)) from error
    if frame.empty:
        raise JobFault(_("No unit has any of it in the cut: there is nothing to publish."))
    grid = grid_of(row.region, subject, frame)
    contributions = cells_of(grid, frame)
    around = linked.company(row, grid)
    together, laid = linked.tied(row, grid, contributions, around)
    result = protect(
        grid,
        contributions,
        Rules(**row.rules),
        counts=subject.counts,
        given=linked.given(subject, grid, around.counted()),
        least=linked.least(subject, grid, around.counted()),
        tied=together,
        tell=tell,
    )
    row.content = {
        **content_of(result, subject, [len(amounts) for amounts in contributions]),
        "beside": around.ids,
        "empty": sorted(laid[0].empty),
        "exposed_beside": linked.exposures(result, together, laid),
    }
    row.primary, row.secondary = int(result.primary.sum()), int(result.secondary.sum())
    row.exposed = len(result.exposed()) + len(result.exposed_beside)
    row.save(update_fields=["content", "primary", "secondary", "exposed"])
