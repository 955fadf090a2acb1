"""Records with media, imported from a folder that holds a picture and a document."""

import json
from pathlib import Path
from typing import Any

from app.interchange.report import ImportReport
from app.library.intake import ISOLATED
from app.runtime import Runtime
from tests import builders
from tests.builders import picture
from tests.conftest import Bench

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
MEDIUM = {"type": "media", "name": "march", "file": "pictures/march.jpg", "alt": {"en": "A march"}}


def brought(
    bench: Bench, folder: Path, *records: dict[str, Any], dry_run: bool = False
) -> ImportReport:
    (folder / "pictures").mkdir(exist_ok=True)
    if not (folder / "pictures" / "march.jpg").exists():
        (folder / "pictures" / "march.jpg").write_bytes(picture())
        (folder / "pictures" / "report.pdf").write_bytes(PDF)
    path = folder / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    return imported(bench.runtime, path, dry_run=dry_run)


def imported(runtime: Runtime, path: Path, dry_run: bool = False) -> ImportReport:
    """As an operator imports: each picture is read in a process of its own."""
    return builders.imported(runtime, path, dry_run=dry_run, decoders=ISOLATED)


def refusals(report: ImportReport) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.code) for refusal in report.refused]
