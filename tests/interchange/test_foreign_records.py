"""Records as other systems write them: mended aloud, known again, never overwritten."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.interchange.record_repair import repair_record
from app.interchange.report import ImportReport
from app.public.vocabulary import SLUG_PATTERN
from tests import builders
from tests.admin.desk import bearer
from tests.conftest import Bench

ARTICLE = {"type": "article", "lang": "en", "title": "A title", "body": "Text."}


def brought(bench: Bench, folder: Path, *records: dict[str, Any]) -> ImportReport:
    path = folder / "records.jsonl"
    whole = [record if "type" in record else ARTICLE | record for record in records]
    path.write_text("\n".join(map(json.dumps, whole)))
    return builders.imported(bench.runtime, path)


def slugs(bench: Bench) -> list[str]:
    listed = bench.client.get("/v1/articles?limit=100").json()["data"]
    return sorted(article["slug"] for article in listed)


def test_a_file_without_ids_changes_nothing_the_second_time(quiet: Bench, tmp_path: Path) -> None:
    records = (
        {"title": "Mining in Puno", "body": "One."},
        {"title": "Mining in Puno", "body": "Another of the same title."},
        {"title": "Mining", "body": "A beginning of the other's slug."},
    )
    assert brought(quiet, tmp_path, *records).outcomes == {"article created": 3}
    before = slugs(quiet)
    again = brought(quiet, tmp_path, *records)
    assert again.outcomes == {"article unchanged": 3}
    assert again.notices == []
    assert slugs(quiet) == before == ["mining", "mining-in-puno", "mining-in-puno-2"]


def test_one_that_has_changed_since_is_told_not_guessed(quiet: Bench, tmp_path: Path) -> None:
    brought(quiet, tmp_path, {"title": "Mining in Puno", "body": "One."})
    report = brought(quiet, tmp_path, {"title": "Mining in Puno", "body": "One, corrected."})
    assert report.outcomes == {"article created": 1}
    (notice,) = report.notices
    assert (notice.file, notice.line) == ("records.jsonl", 1)
    assert "beside mining-in-puno of the same title" in notice.message
    assert notice.message in report.as_text()
    assert report.as_json()["notices"][0]["message"] == notice.message


def test_a_title_that_was_edited_here_is_known_all_the_same(quiet: Bench, tmp_path: Path) -> None:
    brought(quiet, tmp_path, {"title": "Minig in Puno"})
    with quiet.runtime.database.writing() as tx:
        tx.execute(sa.text("UPDATE article SET title = 'Mining in Puno'"))
    assert brought(quiet, tmp_path, {"title": "Minig in Puno"}).outcomes == {"article unchanged": 1}


@pytest.mark.parametrize(
    ("slug", "became"),
    [
        ("hola_mundo", "hola-mundo"),
        ("%C3%B1and%C3%BA-y-sol", "nandu-y-sol"),
        ("%ce%bd%ce%ad%ce%b1", "nea"),
        ("Camel-Case", "camel-case"),
        ("double--hyphen", "double-hyphen"),
        ("-edges-", "edges"),
        ("2019/05/nested", "2019-05-nested"),
    ],
)
def test_a_slug_of_another_system_is_mended_and_leads_on(
    quiet: Bench, tmp_path: Path, slug: str, became: str
) -> None:
    report = brought(quiet, tmp_path, {"slug": slug})
    assert report.outcomes == {"article created": 1}, report.as_text()
    assert [notice.message for notice in report.notices] == [
        f"The slug {slug!r} became {became!r}."
    ]
    assert slugs(quiet) == [became]
    found = quiet.client.get("/v1/resolve", params={"path": f"/{slug}"}).json()["data"]
    assert (found["status"], found["slug"]) == (301, became)
    assert brought(quiet, tmp_path, {"slug": slug}).outcomes == {"article unchanged": 1}


def test_long_slugs_that_begin_alike_stay_two(quiet: Bench, tmp_path: Path) -> None:
    long = "a-very-long-title-" * 9
    report = brought(quiet, tmp_path, {"slug": f"{long}one"}, {"slug": f"{long}two"})
    assert report.outcomes == {"article created": 2}
    assert len(slugs(quiet)) == 2
    assert all(len(slug) <= 120 for slug in slugs(quiet))


def test_two_slugs_that_would_be_one_overwrite_nothing(quiet: Bench, tmp_path: Path) -> None:
    report = brought(
        quiet,
        tmp_path,
        {"slug": "hola-mundo", "body": "The first."},
        {"slug": "hola_mundo", "body": "The second."},
    )
    assert report.outcomes == {"article created": 1}
    (refusal,) = report.refused
    assert refusal.code == "slug_taken"
    assert refusal.message.startswith("slug 'hola_mundo': ")
    assert "The first." in quiet.client.get("/v1/articles/hola-mundo").json()["data"]["body_html"]


def test_what_refers_to_a_mended_slug_still_does(quiet: Bench, tmp_path: Path) -> None:
    report = brought(
        quiet,
        tmp_path,
        {"type": "tag", "slug": "Derechos_Humanos", "names": {"en": "Rights"}},
        {"slug": "one_en", "tags": ["Derechos_Humanos"]},
        {"slug": "uno_es", "lang": "es", "translations": [{"lang": "en", "slug": "one_en"}]},
        {"type": "alias", "path": "/old/one.htm", "slug": "one_en"},
    )
    assert report.refused == [], report.as_text()
    one = quiet.client.get("/v1/articles/one-en").json()["data"]
    assert [tag["slug"] for tag in one["tags"]] == ["derechos-humanos"]
    assert one["translations"] == [{"lang": "es", "slug": "uno-es", "title": "A title"}]
    path = {"path": "/old/one.htm"}
    assert quiet.client.get("/v1/resolve", params=path).json()["data"]["slug"] == "one-en"


def test_a_refusal_names_its_record(quiet: Bench, tmp_path: Path) -> None:
    report = brought(
        quiet,
        tmp_path,
        {"slug": "named", "published_at": "yesterday"},
        {"external_source": "old", "external_id": "p-7", "tags": ["nobody-made-it"]},
    )
    first, second = report.refused
    assert first.message.startswith("slug 'named': published_at: ")
    assert "Value error" not in first.message
    assert "nobody-made-it" in second.message


@given(slug=st.text(max_size=300))
def test_a_mended_slug_is_one_or_is_left_alone(slug: str) -> None:
    mended = repair_record({"type": "article", "slug": slug})
    after = mended.fields["slug"]
    if mended.slug is not None:
        assert re.fullmatch(SLUG_PATTERN, after)
        assert len(after) <= 120
        assert repair_record({"type": "article", "slug": after}).slug is None
    else:
        assert after == slug


def test_a_picture_without_an_alt_text_comes_in_and_editors_find_it(
    bench: Bench, tmp_path: Path
) -> None:
    """Nobody invents one: the picture is shown, and the desk lists what lacks it."""
    url = "https://old.example/photo.jpg"
    report = brought(
        bench,
        tmp_path,
        {"slug": "silent", "image": {"url": url}},
        {"slug": "empty", "image": {"url": url, "alt": ""}},
        {"slug": "said", "image": {"url": url, "alt": "A march"}},
        {"slug": "bare"},
    )
    assert report.outcomes == {"article created": 4}, report.as_text()
    shown = bench.client.get("/v1/articles/silent").json()["data"]["image"]
    assert (shown["url"], shown["alt"]) == (url, "")
    admin = bearer(bench.runtime)
    answer = bench.client.get("/v1/admin/articles?missing=alt&count=true", headers=admin)
    assert {item["slug"] for item in answer.json()["data"]} == {"silent", "empty"}
    assert answer.json()["meta"]["total"] == 2
