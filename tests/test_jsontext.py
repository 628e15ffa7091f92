"""JSON as it is kept: the same bytes for the same value, and nothing written that would come back as another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from kb.jsontext import from_json, to_json


@dataclass
class Record:
    """No JSON."""

    number: int = 1


def test_values_come_back_and_keys_are_in_order() -> None:
    value = {"b": [1, 2.5, None, True], "a": {"é": '\\ " \n 𝔘'}}
    assert from_json(to_json(value)) == value
    assert to_json({"b": 1, "a": 2}) == b'{"a":2,"b":1}'
    assert from_json(memoryview(b"[1]")) == [1]


@pytest.mark.parametrize("value", [dt.date(2020, 1, 1), Record(), {1: "a"}, {"a"}, b"a", "\ud800", 2**64])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_json({"value": value})


def test_what_is_no_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="unexpected"):
        from_json(b"{]")
