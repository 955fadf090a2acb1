"""Saved pages, in: what each page holds, once; the report balances; again changes nothing."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.importers import listing
from app.interchange import batch_import
from tests.commands import willay
from tests.conftest import Bench
from tests.stores import ensure_store

FOOT = """
• PSG Aims

    We want to be useful.

    To all.
"""
NEWS = f"""
• A second item

    31 May 2006

    Its summary.

• A first item

    31 May 2006

    A summary of 2 500 000 words; call 020 7000 0000.
{FOOT}"""
HOME = """Latest News and Analysis

An undated item

The text of it is cut...

Another undated item

It is cut as well...

Support Us

Give, please.

Wendy Tyndale

Founding Sponsor

Graham Greene

1 A Street, London
"""
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
COUNTS = {
    "about.txt": {
        "pages": 5,
        "committee": 8,
        "officers": 2,
        "staff": 1,
        "sponsors": 10,
        "founding sponsors": 1,
    },
    "home-2019.txt": {"undated articles": 6, "sponsors": 10, "founding sponsors": 1},
    "news-2005-2006.txt": {"dated articles": 10, "pages": 4},
    "news-2012-2013.txt": {"dated articles": 10, "pages": 4},
    "news-2018.txt": {"dated articles": 10, "pages": 4},
}


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    texts = {"news.txt": NEWS, "home.txt": HOME, "foot.txt": NEWS.replace("A first", "A third")}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in texts]


def entered(bench: Bench, paths: list[Path], undated_at: date | None = None) -> dict[str, int]:
    report = batch_import.import_records(
        bench.runtime, listing.read_pages(paths, undated_at).entries
    )
    assert report.refused == []
    assert sum(report.outcomes.values()) == report.read
    return dict(report.outcomes)


def test_each_thing_enters_once_and_answers(bench: Bench, pages: list[Path]) -> None:
    assert entered(bench, pages) == {"article created": 6, "sponsor created": 2}
    items = bench.client.get("/v1/articles").json()["data"]
    shown = [
        (item["title"], item["summary"], item["published_at"][:10], item["date_precision"])
        for item in items
    ]
    assert shown == [
        ("An undated item", "The text of it is cut...", "2026-03-01", "unknown"),
        ("Another undated item", "It is cut as well...", "2026-03-01", "unknown"),
        ("A third item", "A summary of 2 500 000 words; call [redacted].", "2006-05-31", "day"),
        ("A second item", "Its summary.", "2006-05-31", "day"),
        ("A first item", "A summary of 2 500 000 words; call [redacted].", "2006-05-31", "day"),
    ]
    assert [item["is_excerpt"] for item in items] == [True, True, False, False, False]
    page = bench.client.get("/v1/articles/psg-aims").json()["data"]
    assert (page["kind"], page["body_html"]) == (
        "page",
        "<p>We want to be useful.</p>\n<p>To all.</p>",
    )
    sponsors = bench.client.get("/v1/sponsors").json()["data"]
    assert [(one["name"], one["kind"]) for one in sponsors] == [
        ("Graham Greene", "founding"),
        ("Wendy Tyndale", "sponsor"),
    ]


def test_again_changes_nothing_and_another_date_moves_what_has_none(
    bench: Bench, pages: list[Path]
) -> None:
    entered(bench, pages)
    bench.clock.move(days=3)
    assert entered(bench, pages) == {"article unchanged": 6, "sponsor unchanged": 2}
    assert entered(bench, pages, date(2019, 12, 1)) == {
        "article unchanged": 3,
        "article updated": 3,
        "sponsor unchanged": 2,
    }
    item = bench.client.get("/v1/articles/an-undated-item").json()["data"]
    assert (item["published_at"], item["date_precision"]) == ("2019-12-01T00:00:00Z", "unknown")
    # To give no date is no wish to move the one that was given.
    assert entered(bench, pages) == {"article unchanged": 6, "sponsor unchanged": 2}


def test_the_report_accounts_for_every_line(pages: list[Path]) -> None:
    reports = [report.as_json() for report in listing.read_pages(pages).pages]
    assert [(report["file"], report["kind"], report["repeated"]) for report in reports] == [
        ("news.txt", "listing", 0),
        ("home.txt", "home", 0),
        ("foot.txt", "listing", 2),
    ]
    for report, path in zip(reports, pages, strict=True):
        lines = report["lines"]
        nonblank = sum(bool(line.strip()) for line in path.read_text().splitlines())
        assert lines["nonblank"] == nonblank
        assert lines["in_records"] + lines["skipped"] + lines["refused"] == nonblank
        assert lines["refused"] == 0
    assert [entry["reason"] for entry in reports[1]["passed"]] == [
        "heading of the latest news",
        "promotion: an appeal for support",
        "promotion: an appeal for support",
        "heading of the founding sponsor",
        "contact details, which are not published",
    ]
    assert "A Street" not in json.dumps(reports)


def run(folder: Path, *command: str) -> tuple[int, str]:
    ensure_store(folder)
    done = willay(folder, "import", "listing", *command)
    return done.returncode, done.stdout


def test_what_is_no_page_and_what_is_not_understood_is_refused_and_the_rest_enters(
    tmp_path: Path, pages: list[Path]
) -> None:
    (tmp_path / "stray.txt").write_text("A shopping list\n\n• Bread\n")
    (tmp_path / "latin.txt").write_bytes("Ñandú\n\n    31 May 2006\n\n    Sí.\n".encode("latin-1"))
    (tmp_path / "broken.txt").write_text("• No date\n\n    Some text.\n" + NEWS)
    bad = [str(tmp_path / name) for name in ("stray.txt", "latin.txt", "broken.txt")]
    code, out = run(tmp_path / "data", "--json", *bad)
    report: dict[str, Any] = json.loads(out)
    assert code == 1
    assert [(refusal["file"], refusal["code"]) for refusal in report["refused"]] == [
        ("stray.txt", "unknown_page"),
        ("latin.txt", "unknown_page"),
        ("broken.txt", "not_understood"),
    ]
    assert report["refused"][2]["message"].startswith("an item with no date line below its title")
    assert report["outcomes"] == {"article created": 3}
    assert report["read"] == 6
    assert [page["lines"]["refused"] for page in report["pages"]] == [2, 3, 2]


def test_wrong_use_is_told(tmp_path: Path) -> None:
    assert run(tmp_path, str(tmp_path / "missing.txt"))[0] == 2
    page = tmp_path / "news.txt"
    page.write_text(NEWS)
    assert run(tmp_path, "--undated-at", "31.5.2019", str(page))[0] == 2
    code, out = run(tmp_path, "--dry-run", str(page))
    assert (code, out.splitlines()[-1]) == (0, "3 records: 3 article created, 0 refused.")
    code, out = run(tmp_path, str(page))
    assert (code, out.splitlines()[-1]) == (0, "3 records: 3 article created, 0 refused.")


@pytest.mark.skipif(not SEEDS.exists(), reason="the organisation's saved pages are not here")
def test_the_organisations_own_pages(bench: Bench) -> None:
    paths = sorted(SEEDS.glob("*.txt"))
    pages = listing.read_pages(paths)
    assert {report.file: dict(report.found) for report in pages.pages} == COUNTS
    assert [report.refused for report in pages.pages] == [0] * 5
    assert entered(bench, paths) == {
        "article created": 41,
        "sponsor created": 11,
        "committee_member created": 11,
    }
    members = bench.client.get("/v1/committee").json()["data"]
    assert [(member["name"], member["role"], member["group"]) for member in members[:2]] == [
        ("Baroness Coussins", "President", "officers"),
        ("Rosemary Thorp", "Vice-president", "officers"),
    ]
    assert (members[-1]["name"], members[-1]["role"]) == ("Ana Reyes-Hurt", "Coordinator")
    archive = bench.client.get("/v1/archive?to_date=2025-12-31").json()["data"]
    assert {year["year"]: year["count"] for year in archive} == {
        2018: 10,
        2013: 6,
        2012: 4,
        2006: 9,
        2005: 1,
    }
    undated = bench.client.get("/v1/articles?from_date=2026-01-01").json()["data"]
    assert [item["title"] for item in undated][:1] == [
        "Canon fodder: how the money from Camisea is spent"
    ]
    assert len(undated) == 6
    assert undated[0]["published_at"].startswith("2026-03-01T12:00:00")


def test_a_misread_character_of_a_page_is_put_right_and_told(
    bench: Bench, pages: list[Path]
) -> None:
    text = pages[0].read_text()
    assert "Its summary." in text
    pages[0].write_text(text.replace("Its summary.", "Its \u0093summary\u0094."))
    report = batch_import.import_records(bench.runtime, listing.read_pages(pages).entries)
    assert report.refused == []
    assert [note.message for note in report.notices] == ["misread characters were put right"]
    items = bench.client.get("/v1/articles").json()["data"]
    assert "Its “summary”." in [it["summary"] for it in items]
