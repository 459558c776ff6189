"""Whether two packages give the same: in shape always, in value where a value stays the same."""

from __future__ import annotations

from typing import Any

KEYS = ("id", "key", "name", "subtask", "taskmanager-id", "jid")
"""What tells the elements of a list apart, whatever their order."""


def differences(old: Any, new: Any, again: Any, values: bool, path: str = "") -> set[str]:
    """What differs between the old package's answer and the new one's. What the old one answers when it is asked again
    after the new one shows what changes by itself. None has any shape."""
    if None in (old, new, again):
        return set()
    if isinstance(old, dict) and isinstance(new, dict) and isinstance(again, dict):
        if "raised" in old and "raised" in new:
            # What was caught before is caught now.
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
    """A list as a dict, if its elements can be told apart, else in an order of its own if they are texts."""
    for key in KEYS:
        if items and all(isinstance(item, dict) and key in item for item in items):
            return {str(item[key]): item for item in items}
    return sorted(items) if items and all(isinstance(item, str) for item in items) else items


def kind(value: Any) -> str:
    """The type of a value, as JSON has them: 0 and 0.5 are the same."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "number" if number else type(value).__name__
