"""Which parameters a view reads: noted while it reads them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.utils.datastructures import MultiValueDict


@contextlib.contextmanager
def names_read() -> Iterator[set[str]]:
    """Within the block every name that a view, form or widget asks of GET, POST or FILES is added to the set."""
    found: set[str] = set()
    kept = {name: MultiValueDict.__dict__.get(name) for name in ("__getitem__", "getlist", "__contains__")}

    def noting(name: str) -> Any:
        inner = getattr(MultiValueDict, name)

        def method(self: MultiValueDict, key: Any, *others: Any) -> Any:
            if isinstance(key, str):
                found.add(key)
            return inner(self, key, *others)

        return method

    replaced = {name: noting(name) for name in kept}
    try:
        for name, method in replaced.items():
            setattr(MultiValueDict, name, method)
        yield found
    finally:
        for name, method in kept.items():
            if method is None:
                delattr(MultiValueDict, name)
            else:
                setattr(MultiValueDict, name, method)
