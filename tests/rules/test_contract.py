"""The contract is the served one, docs load nothing from afar, the sample enters whole."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from app.interchange import batch_import
from app.kit.json_text import readable_json
from tests.builders import imported
from tests.conftest import Bench

ROOT = Path(__file__).parents[2]


def test_openapi_is_committed(bench: Bench) -> None:
    served = bench.client.get("/openapi.json").json()
    text = readable_json(served) + "\n"
    committed = (ROOT / "openapi.json").read_text()
    assert text == committed, "run `willay openapi > openapi.json` and read the difference"


def test_the_docs_page_loads_nothing_from_afar(bench: Bench) -> None:
    page = bench.client.get("/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/") for address in loaded)
    assert {bench.client.get(address).status_code for address in loaded} == {200}


def test_the_sample_enters_whole_and_only_once(bench: Bench) -> None:
    sample = [ROOT / "sample" / "peru.jsonl"]
    assert imported(bench.runtime, *sample, dry_run=True).refused == []
    assert batch_import.is_empty(bench.runtime)
    first = imported(bench.runtime, *sample)
    assert first.refused == []
    assert sum(first.outcomes.values()) == first.read == 169
    again = imported(bench.runtime, *sample)
    assert {outcome.split()[1] for outcome in again.outcomes} == {"unchanged"}
    total = bench.client.get("/v1/articles?count=true&limit=1").json()["meta"]["total"]
    assert total == 74
    found = bench.client.get("/v1/archive").json()["data"]
    assert sum(year["count"] for year in found) == total


def test_a_broken_line_is_refused_and_the_others_proceed(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    good = {"type": "article", "lang": "en", "title": "One"}
    lines = [
        good,
        "{broken",
        {**good, "title": "Two", "tags": ["none"]},
        {**good, "title": "Three"},
    ]
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    report = imported(bench.runtime, path)
    assert (report.read, dict(report.outcomes)) == (4, {"article created": 2})
    assert [(r.line, r.code, r.message) for r in report.refused] == [
        (2, "invalid_record", "the line: Invalid JSON: key must be a string at line 1 column 2"),
        (3, "unknown_tag", "There is no tag 'none'; create it first."),
    ]
    slugs = [item["slug"] for item in bench.client.get("/v1/articles").json()["data"]]
    assert sorted(slugs) == ["one", "three"]


def test_help_names_every_command() -> None:
    from app.cli import cli

    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in ("serve", "migrate", "import", "openapi"))
