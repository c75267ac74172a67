"""Names of the code lists in ``data/codelists``."""

from django.utils.translation import gettext_lazy as _

CODE_LISTS = {
    "basins": _("River basins"),
    "census_pollutants": _("Pollutants of the census"),
    "energy_coefficients": _("Energy coefficients"),
    "enterprise_sizes": _("Enterprise sizes"),
}

# further columns of the lists
COLUMNS = {
    "coefficient_unit": _("Unit of the coefficient"),
    "medium": _("Medium"),
    "ncv_kj_per_unit": _("Net calorific value (kJ per unit)"),
    "note": _("Note"),
    "rule_for_industry": _("Rule for industry"),
    "standard_coal_coefficient": _("Standard coal coefficient"),
    "unit": _("Unit"),
}
