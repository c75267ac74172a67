"""``terms.yaml``, read once."""

from pathlib import Path

import yaml

TERMS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
