"""Tests of the comparison: differences it must find, and changes it must ignore."""

from __future__ import annotations

from typing import Any

import pytest

from .parity.compare import differences

RAISED = {"raised": ["RestException", "Exception"], "text": "before"}


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1}, {"a": "1"}, {"a": 2}),
        ({"a": 1}, {"a": 2}, {"a": 1}),
        ([{"id": "x", "v": 1}], [{"id": "y", "v": 1}], [{"id": "x", "v": 1}]),
        (["a", "b"], ["a"], ["a", "b"]),
        ({"value": 1}, RAISED, {"value": 1}),
        (RAISED, {"raised": ["KeyError", "Exception"]}, RAISED),
    ],
)
def test_differences_are_found(old: Any, new: Any, again: Any) -> None:
    assert differences(old, new, again, values=True)


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ({"now": 1}, {"now": 2}, {"now": 3}),
        ({"ratio": 0}, {"ratio": 0.5}, {"ratio": 1}),
        ([{"id": "x"}, {"id": "y"}], [{"id": "y"}, {"id": "x"}], [{"id": "x"}, {"id": "y"}]),
        (RAISED, {"raised": ["NotFoundError", "RestException"], "text": "after"}, RAISED),
    ],
)
def test_expected_changes_are_ignored(old: Any, new: Any, again: Any) -> None:
    assert not differences(old, new, again, values=True)
