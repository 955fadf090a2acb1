"""Imports from other systems by the command line, and what they say of themselves."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.commands import willay
from tests.conftest import Bench

SHARED = Path(__file__).parents[3] / "shared" / "exports"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class Moved:
    """How an import ended, with its report."""

    code: int
    report: dict[str, Any]

    @property
    def outcomes(self) -> dict[str, int]:
        outcomes: dict[str, int] = self.report["outcomes"]
        return outcomes

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Of each kind, how many the source has and how many were passed on."""
        return {row["kind"]: (row["read"], row["passed_on"]) for row in self.report["items"]}

    @property
    def reasons(self) -> dict[tuple[str, str], int]:
        return {(row["kind"], row["reason"]): row["count"] for row in self.report["left"]}

    @property
    def findings(self) -> dict[tuple[str, str], int]:
        return {(row["message"], row["subject"]): row["count"] for row in self.report["findings"]}

    @property
    def refusals(self) -> list[str]:
        return [row["code"] for row in self.report["refused"]]


def move(folder: Path, source: str, *command: str | Path, **settings: str) -> Moved:
    """Import a source; the report balances in every test."""
    result = willay(folder, "import", source, *map(str, command), "--json", **settings)
    assert result.stdout, result.stderr
    report = json.loads(result.stdout)
    assert report["balanced"], report
    return Moved(result.returncode, report)


def article(bench: Bench, slug: str) -> dict[str, Any]:
    """What readers get."""
    answer: dict[str, Any] = bench.client.get(f"/v1/articles/{slug}").json()["data"]
    return answer


def write_pictures(folder: Path, *names: str) -> Path:
    """Pictures that differ, in a folder of media."""
    for number, name in enumerate(names):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".pdf"):
            place.write_bytes(PDF)
        else:
            Image.new("RGB", (640, 360), (number * 40 % 256, 90, 20)).save(place)
    return folder


def write_folder(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
