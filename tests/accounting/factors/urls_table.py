"""Addresses of the factor library."""

from accounting.factors.models import Edition, Factor

URLS = {"factor_list": "factor.view", "factor_show": "factor.view", "edition_compare": "factor.view"}
ANYWHERE = {"factor_show"}


def arguments() -> dict[str, dict[str, object]]:
    edition, _made = Edition.objects.get_or_create(
        code="urls", defaults={"position": 99, "kind": "study", "year": 2017, "official": False}
    )
    factor = Factor.objects.create(
        code="urls", content_hash="urls", edition=edition, sector="domestic", pollutant="COD", kind="emission",
        value=1.0, value_unit="kg/t", confidence="verified", source="test",
    )  # fmt: skip
    return {"factor_show": {"pk": factor.pk}}
