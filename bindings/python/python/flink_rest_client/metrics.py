"""Metrics as dicts by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flink_rest_client.common import InvalidRequestError

if TYPE_CHECKING:
    from flink_rest_client import answers

DEFAULT_MODES = ("min", "max", "sum", "avg")
"""The default modes of `flink-rest-client`, which all releases of Flink have."""

MODES = (*DEFAULT_MODES, "skew")


def names(metrics: Iterable[answers.Metric] | Iterable[answers.AggregatedMetric]) -> list[str]:
    return [metric["id"] for metric in metrics]


def values(metrics: Iterable[answers.Metric]) -> dict[str, str]:
    return {metric["id"]: metric["value"] for metric in metrics if "value" in metric}


def aggregates(metrics: Iterable[answers.AggregatedMetric]) -> dict[str, dict[str, float]]:
    found: dict[str, Any] = {metric["id"]: dict(metric) for metric in metrics}
    for metric in found.values():
        del metric["id"]
    return found


def modes(wanted: Sequence[str] | None) -> Sequence[str]:
    """Checks the modes; raises a ValueError for one that Flink does not have."""
    wanted = DEFAULT_MODES if wanted is None else wanted
    unknown = [mode for mode in wanted if mode not in MODES]
    if unknown:
        raise InvalidRequestError(
            f"no aggregation modes are named {', '.join(unknown)}; there are: {', '.join(MODES)}"
        )
    return wanted
