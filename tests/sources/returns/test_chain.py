"""The chain's arithmetic."""

import hashlib
import uuid

from sources.returns import chain


def test_the_body_does_not_depend_on_the_order_of_keys():
    one = chain.canonical({"b": 1, "a": {"y": None, "x": "水"}})
    two = chain.canonical({"a": {"x": "水", "y": None}, "b": 1})
    assert one == two == '{"a":{"x":"水","y":null},"b":1}'.encode()


def test_identifiers_and_whole_numbers_are_written_plainly():
    key = uuid.UUID(int=1)
    assert chain.canonical({"k": key, "n": 12}) == f'{{"k":"{key}","n":12}}'.encode()


def test_a_link_is_sha256_over_the_previous_hash_and_the_body():
    first = chain.link(chain.START, b"{}")
    assert first == hashlib.sha256(bytes(32) + b"{}").digest()
    assert chain.link(first, b"{}") != first


def test_a_signature_covers_every_part_of_a_seal():
    base = (b"key", 7, 3, b"r" * 32, b"p" * 32)
    signed = chain.sign(*base)
    for position, other in enumerate((b"other", 8, 4, b"x" * 32, b"y" * 32)):
        changed = (*base[:position], other, *base[position + 1 :])
        assert chain.sign(*changed) != signed
