"""``terms.yaml``, read once."""

from pathlib import Path

from census import declarations

TERMS = declarations.read(Path(__file__).with_suffix(".yaml"))
