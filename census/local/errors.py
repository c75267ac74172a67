"""The one exception of this package."""


class LocalError(Exception):
    """Something the person at the keyboard can mend; shown as its text, without a trace."""
