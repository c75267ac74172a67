"""Addresses of selective editing."""

from review.selective.models import Score
from tests.factories import VILLAGE
from tests.sources.returns.world import make_object

URLS = {
    "selective_queue": "selective.view",
    "selective_object": "selective.view",
    "selective_run": "finding.run",
    "selective_to_batch": "problem.issue",
    "digit_tests": "selective.view",
    "selective_methods": "selective.view",
}


def arguments() -> dict[str, dict[str, object]]:
    """The score of an object in the first county."""
    obj = make_object(region=VILLAGE)
    place = {"form": "G102", "sheet": 1, "row": "", "item": "water_intake_m3"}
    culprit = {**place, "value": 1000, "expected": 1, "mends": [], "weight": 1, "missing": False}
    score = Score.objects.create(
        object_id=obj.id, region=obj.region, category=obj.category, score=1, chance=0.5, culprits=[culprit]
    )
    return {"selective_object": {"score_id": score.id}}
