"""The report of an import as the desk keeps it: every count, and the first places of each kind."""

from typing import Any, Final

_PLACES: Final = 50
_LINES: Final = 500


def shorten_report(report: dict[str, Any]) -> dict[str, Any]:
    """A report without the later places of a kind and the later refusals; the counts stay."""
    short = {name: report.get(name, {}) for name in ("outcomes", "read", "balanced")}
    for name in ("items", "left", "findings", "markup"):
        rows = report.get(name, [])
        short[name] = [_first_places(row) for row in rows[:_LINES]]
    for name in ("refused", "notices"):
        short[name] = report[name][:_LINES]
        short[f"{name}_count"] = len(report[name])
    return short


def _first_places(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "places": row["places"][:_PLACES]} if "places" in row else row
