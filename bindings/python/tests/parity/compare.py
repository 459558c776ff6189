"""Compares the outcomes of two packages: the shape always, values only if they do not change by
themselves."""

from __future__ import annotations

from typing import Any

KEYS = ("id", "key", "name", "subtask", "taskmanager-id", "jid")
"""Members that identify the elements of a list, whatever their order."""


def differences(old: Any, new: Any, again: Any, values: bool, path: str = "") -> set[str]:
    """Differences between the old and the new package's outcome.

    `again` is the old package's outcome after the new one's, to detect values that change by
    themselves. None matches any shape."""
    if None in (old, new, again):
        return set()
    if isinstance(old, dict) and isinstance(new, dict) and isinstance(again, dict):
        if "raised" in old and "raised" in new:
            # Exception handlers written for the old package still work.
            return set() if old["raised"][0] in new["raised"] else {f"{path}: {old['raised'][0]}, and {new['raised']}"}
        found = {f"{path}/{key}: is missing" for key in (old.keys() & again.keys()) - new.keys()}
        found |= {f"{path}/{key}: is new" for key in new.keys() - old.keys() - again.keys()}
        for key in old.keys() & new.keys() & again.keys():
            found |= differences(old[key], new[key], again[key], values, f"{path}/{key}")
        return found
    if isinstance(old, list) and isinstance(new, list) and isinstance(again, list):
        lists = [keyed(items) for items in (old, new, again)]
        if all(isinstance(items, dict) for items in lists):
            return differences(*lists, values, path)
        if len(old) == len(new) == len(again):
            found = set()
            for index, items in enumerate(zip(old, new, again)):
                found |= differences(*items, values, f"{path}/{index}")
            return found
        return set() if len(old) != len(again) else {f"{path}: {len(old)} elements, and {len(new)}"}
    if kind(old) != kind(new):
        return {f"{path}: {kind(old)}, and {kind(new)}"}
    if values and old == again and old != new:
        return {f"{path}: {str(old)[:60]!r}, and {str(new)[:60]!r}"}
    return set()


def keyed(items: list[Any]) -> Any:
    """A list as a dict if its elements have an identity; a list of strings sorted."""
    for key in KEYS:
        if items and all(isinstance(item, dict) and key in item for item in items):
            return {str(item[key]): item for item in items}
    return sorted(items) if items and all(isinstance(item, str) for item in items) else items


def kind(value: Any) -> str:
    """The JSON type of a value: 0 and 0.5 have the same."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "number" if number else type(value).__name__
