"""The one shape of a factor, whatever table it came from. Pure; no database."""

import hashlib
from dataclasses import dataclass, field, fields

GENERATION, EMISSION, REMOVAL, PARAMETER, FORMULA = (
    "generation",
    "emission",
    "removal",
    "parameter",
    "formula",
)
KINDS = (GENERATION, EMISSION, REMOVAL, PARAMETER, FORMULA)
CONFIDENCES = ("verified", "secondary", "recalled", "declared")
"""Ratings, strongest first. ``declared``: a figure the reporting unit entered itself, never in the library."""
SECTORS = ("industrial", "livestock", "agriculture", "domestic", "mobile", "centralized")
ANY_SCALE = frozenset({"", "所有规模", "各类"})
NO_TREATMENT = frozenset({"", "直排", "无", "无处理", "/", "-"})


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor of the library.

    The key: edition, sector, industry (code pattern), unit (核算环节), product (also: animal, vehicle class,
    cropping mode, fuel), material, process, scale, stage (also: emission standard, handling mode), region,
    pollutant, kind, technology. ``value`` is None where ``expression`` holds. ``valid_from``, ``valid_to``: ISO dates,
    blank is open.
    """

    edition: str
    sector: str
    pollutant: str
    kind: str
    value_unit: str
    source: str
    confidence: str
    industry: str = ""
    industry_name: str = ""
    unit: str = ""
    product: str = ""
    material: str = ""
    process: str = ""
    scale: str = ""
    stage: str = ""
    region: str = ""
    region_codes: tuple[str, ...] = ()
    medium: str = ""
    technology: str = ""
    value: float | None = None
    expression: str = ""
    parameters: dict = field(default_factory=dict, hash=False)
    basis: str = ""
    k_family: str = ""
    reference_only: str = ""
    note: str = ""
    valid_from: str = ""
    valid_to: str = ""
    id: int = 0
    code: str = ""

    def in_force(self, on: str) -> bool:
        """Whether the factor holds on a day (YYYY-MM-DD), its first and last included; on any where ``on`` is blank."""
        return not on or ((self.valid_from or on) <= on <= (self.valid_to or on))

    @property
    def coefficient(self) -> str:
        """The value or the expression, for display."""
        return self.expression or f"{self.value:g}"

    @property
    def key(self) -> tuple[str, ...]:
        """What makes the factor one factor; two rows of one edition with this key contradict each other."""
        return tuple(str(getattr(self, name)) for name in KEY)

    @property
    def key_code(self) -> str:
        """A short stable code of the key."""
        return hashlib.sha256("\x1f".join(self.key).encode()).hexdigest()[:16]

    @property
    def content_hash(self) -> str:
        """Hash of everything the row says, to notice a change."""
        content = {name: getattr(self, name) for name in FIELDS if name not in {"id", "code"}}
        return hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()[:32]


KEY = (
    "edition", "sector", "industry", "unit", "product", "material", "process", "scale", "stage", "region",
    "medium", "pollutant", "kind", "technology", "value_unit",
)  # fmt: skip
FIELDS = tuple(item.name for item in fields(FactorRow))


@dataclass(frozen=True, slots=True)
class TechnologyRow:
    """A treatment technique: census code, name, and the efficiency where one was confirmed (0..1)."""

    name_zh: str
    name_en: str
    medium: str
    pollutant: str
    kind: str
    source: str
    confidence: str
    census_code: str = ""
    applies_to: str = ""
    efficiency: float | None = None
    efficiency_low: float | None = None
    efficiency_high: float | None = None
    k_family: str = ""
    note: str = ""
    id: int = 0
