"""All faults of all definition files at once: ``python -m sources.forms.lint [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from sources.forms.catalogue import DEFINITIONS, build
from sources.forms.model import DefinitionFault

Fault = DefinitionFault


def lint(folder: Path) -> list[Fault]:
    """Every fault of the definitions in `folder`, in the order of files; empty when they can be used.

    Rules are read only when all shapes are right, because they name items of other files."""
    return build(Path(folder))[1]


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else DEFINITIONS
    faults = lint(folder)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    forms = len(list(folder.glob("*.yaml"))) - (folder / "form_sets.yaml").exists()
    sys.stderr.write(f"{forms} forms, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
