"""Dry runs beside the work of editors."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.interchange import batch_import, jsonl_reader
from tests import builders
from tests.conftest import Bench

CHANGES = "/v1/changes"


def write_articles(path: Path, count: int) -> Path:
    """Records of a tag and of articles that carry it."""
    tag = {"type": "tag", "slug": "mining", "names": {"en": "Mining"}}
    records: list[dict[str, Any]] = [tag]
    for number in range(count):
        fields = {"slug": f"text-{number}", "title": f"Text {number}", "tags": ["mining"]}
        records.append({"type": "article", "lang": "en", "body": "Afar.", **fields})
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_editors_publish_while_an_import_is_tried(bench: Bench, tmp_path: Path) -> None:
    """What they publish stays, in its place in the log; what was tried leaves no trace."""
    runtime, client = bench.runtime, bench.client
    path = write_articles(tmp_path / "articles.jsonl", 120)
    builders.published(runtime, slug="before")
    before = client.get(CHANGES).json()["data"]
    size = path.stat().st_size
    read = 0

    def publish_beside(step: int) -> None:
        nonlocal read
        read += step
        if size < read <= size + step:  # all is prepared, and the first record is tried
            builders.published(runtime, slug="beside")

    entries = jsonl_reader.read_entries([path])
    report = batch_import.import_records(runtime, entries, dry_run=True, advance=publish_beside)

    assert read == 2 * size
    assert (report.outcomes["article created"], report.outcomes["tag created"]) == (120, 1)
    assert report.is_whole
    listed = client.get("/v1/articles?count=true").json()
    assert {each["slug"] for each in listed["data"]} == {"before", "beside"}
    assert listed["meta"]["total"] == 2
    assert client.get("/v1/tags").json()["data"] == []
    after = client.get(CHANGES).json()["data"]
    assert len(after) == len(before) + 1
    assert list(runtime.settings.data_dir.glob("temporary-*")) == []
    again = builders.imported(runtime, path)
    assert again.outcomes["article created"] == 120


def test_two_trials_run_side_by_side(bench: Bench, tmp_path: Path) -> None:
    """Of different files: neither waits for the other."""
    inner = write_articles(tmp_path / "inner.jsonl", 3)
    outer = tmp_path / "outer.jsonl"
    outer.write_text(json.dumps({"type": "article", "lang": "en", "title": "Out", "slug": "out"}))
    reports = []

    def try_inner(_size: int) -> None:
        reports.append(builders.imported(bench.runtime, inner, dry_run=True))

    entries = jsonl_reader.read_entries([outer])
    report = batch_import.import_records(bench.runtime, entries, dry_run=True, advance=try_inner)
    assert report.outcomes["article created"] == 1
    assert [each.outcomes["article created"] for each in reports] == [3, 3]


class Stopped(Exception):
    """Somebody has seen enough."""


def test_a_trial_is_stopped_at_its_last_record(bench: Bench, tmp_path: Path) -> None:
    path = write_articles(tmp_path / "articles.jsonl", 60)
    left = 2 * path.stat().st_size

    def stop_at_the_end(step: int) -> None:
        nonlocal left
        left -= step
        if left == 0:
            raise Stopped

    entries = jsonl_reader.read_entries([path])
    with pytest.raises(Stopped):
        batch_import.import_records(bench.runtime, entries, dry_run=True, advance=stop_at_the_end)
    assert bench.client.get("/v1/articles?count=true").json()["meta"]["total"] == 0
    assert list(bench.runtime.settings.data_dir.glob("temporary-*")) == []
    builders.published(bench.runtime, slug="after")
