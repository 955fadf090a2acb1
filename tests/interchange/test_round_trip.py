"""Out and in again loses nothing: another store says the same, to readers and to editors."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import articles, correcting, people, publishing, tags
from app.editorial.content import ArticleInput, prepare
from app.editorial.people import SponsorInput
from app.editorial.tags import TagInput
from app.interchange import jsonl_writer
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR, imported
from tests.conftest import Bench, MovingClock
from tests.interchange.lines import exported, outcomes

SAMPLE = Path(__file__).parents[2] / "sample" / "peru.jsonl"


def everything_public(bench: Bench) -> list[Any]:
    """Every article whole, every tag, sponsor and member, as the front end reads them."""
    said = []
    for kind in ("article", "page"):
        page = bench.client.get(f"/v1/articles?limit=100&kind={kind}").json()
        assert page["links"]["next"] is None
        for item in page["data"]:
            whole = bench.client.get(f"/v1/articles/{item['slug']}").json()
            said.append(whole | {"data": whole["data"] | {"related": None}})
    for path in ("tags", "sponsors", "committee", "archive"):
        said.append(bench.client.get(f"/v1/{path}").json()["data"])
    return said


def test_the_sample_survives(bench: Bench, other_store: Bench, tmp_path: Path) -> None:
    imported(bench.runtime, SAMPLE)
    dump = tmp_path / "dump.jsonl"
    records = exported(bench.runtime, dump, media="files")
    assert len(records) == 165
    assert outcomes(imported(bench.runtime, dump).outcomes) == {"unchanged": 165}
    assert outcomes(imported(other_store.runtime, dump).outcomes) == {"created": 165}
    assert exported(other_store.runtime, tmp_path / "again.jsonl", media="files") == records
    assert everything_public(other_store) == everything_public(bench)
    assert outcomes(imported(other_store.runtime, SAMPLE).outcomes) == {"unchanged": 169}


def edited(runtime: Runtime, key: UUID, **over: Any) -> int:
    """Save a newer working copy; its revision."""
    with runtime.publishing() as tx:
        copy = articles.read(tx, key)
        content = ArticleInput.model_validate(copy.content.model_dump() | over)
        draft = prepare(content, runtime.site_rules)
        return articles.edit(tx, EDITOR, key, copy.article.revision, draft, tx.moment).revision


def a_busy_desk(runtime: Runtime, clock: MovingClock) -> None:
    """An article in every state, with old slugs, corrections and translations."""
    builders.tag(runtime, "water")
    builders.draft(runtime, title="Only a draft", tags=["water"])
    with runtime.publishing() as tx:
        people.SPONSORS.add(
            tx, EDITOR, SponsorInput(name="Past", valid_to=clock().date().replace(year=2020))
        )
    live = builders.published(runtime, title="Live with a newer draft", tags=["water"])
    clock.move(hours=1)
    with runtime.publishing() as tx:
        correcting.correct(tx, EDITOR, live, 1, runtime.site_rules, "A figure was wrong.")
    edited(runtime, live, title="Nobody may see this yet", slug="not-yet")
    moved = builders.published(runtime, title="Moved", slug="old-place")
    revision = edited(runtime, moved, slug="new-place")
    builders.publish(runtime, (moved, revision))
    later = clock() + timedelta(days=2)
    ends = clock() + timedelta(days=9)
    builders.publish(runtime, builders.draft(runtime, title="To come"), at=later, until=ends)
    changes = builders.published(runtime, title="Will change")
    revision = edited(runtime, changes, title="Has changed")
    builders.publish(runtime, (changes, revision), at=later)
    for title in ("Unpublished", "Retracted"):
        key = builders.published(runtime, title=title)
        clock.move(minutes=5)
        with runtime.publishing() as tx:
            if title == "Retracted":
                publishing.retract(tx, EDITOR, key, "The source withdrew.")
            else:
                publishing.unpublish(tx, EDITOR, key)
    builders.publish(
        runtime, builders.draft(runtime, title="Expires"), until=clock() + timedelta(minutes=1)
    )
    english = builders.published(runtime, title="Agua", lang="es")
    spanish = builders.published(runtime, title="Water")
    with runtime.publishing() as tx:
        row = articles.lock_article(tx, english, None)
        articles.link_translations(tx, row, [spanish], tx.moment)
    clock.move(minutes=2)


def test_every_state_of_an_article_survives(
    bench: Bench, other_store: Bench, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    a_busy_desk(bench.runtime, bench.clock)
    other_store.clock.now = bench.clock.now
    dump = tmp_path / "dump.jsonl"
    records = exported(bench.runtime, dump)
    states = Counter(record["status"] for record in records if "status" in record)
    assert states == {"draft": 1, "scheduled": 1, "unpublished": 1, "retracted": 1, "expired": 1}
    assert outcomes(imported(bench.runtime, dump).outcomes) == {"unchanged": len(records)}
    report = imported(other_store.runtime, dump)
    assert report.refused == []
    without_digest = [record | {"import_digest": None} for record in records]
    again = exported(other_store.runtime, tmp_path / "again.jsonl")
    assert [record | {"import_digest": None} for record in again] == without_digest
    assert everything_public(other_store) == everything_public(bench)
    for slug in ("retracted", "unpublished", "expires", "not-yet", "old-place", "to-come", "nope"):
        with subtests.test(slug=slug):
            here, there = (
                side.client.get(f"/v1/articles/{slug}", follow_redirects=False)
                for side in (bench, other_store)
            )
            assert (there.status_code, there.text, there.headers.get("location")) == (
                here.status_code,
                here.text,
                here.headers.get("location"),
            )
    bench.clock.move(days=3)
    other_store.clock.move(days=3)
    assert everything_public(other_store)[:2] == everything_public(bench)[:2]


def test_what_was_edited_here_is_a_conflict_and_left_alone(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "source.jsonl"
    article = {
        "type": "article",
        "lang": "en",
        "title": "From afar",
        "external_source": "afar",
        "external_id": "1",
    }
    sponsor = {"type": "sponsor", "name": "Somebody"}
    tag = {"type": "tag", "slug": "water", "names": {"en": "Water"}}
    write(source, tag, sponsor, article)
    assert imported(bench.runtime, source).refused == []
    write(source, tag, sponsor | {"url": "https://example.org/"}, article | {"summary": "More."})
    assert dict(imported(bench.runtime, source).outcomes) == {
        "tag unchanged": 1,
        "sponsor updated": 1,
        "article updated": 1,
    }
    item = bench.client.get("/v1/articles/from-afar").json()["data"]
    assert (item["summary"], item["title"]) == ("More.", "From afar")
    edited(bench.runtime, UUID(item["id"]), title="Ours now")
    somebody = bench.client.get("/v1/sponsors").json()["data"][0]
    with bench.runtime.publishing() as tx:
        people.SPONSORS.edit(
            tx, EDITOR, UUID(somebody["id"]), SponsorInput(name="Somebody", kind="patron")
        )
        water = tags.slugs_by_id(tx)
        tags.update(
            tx, EDITOR, next(iter(water)), TagInput(slug="water", names={"en": "The water"})
        )
    before = exported(bench.runtime, tmp_path / "before.jsonl")
    write(
        source,
        tag | {"names": {"en": "Waters"}},
        sponsor | {"url": "https://example.org/2"},
        article | {"summary": "Even more."},
    )
    report = imported(bench.runtime, source)
    assert [(refusal.line, refusal.code) for refusal in report.refused] == [
        (1, "edited_here"),
        (2, "edited_here"),
        (3, "edited_here"),
    ]
    assert exported(bench.runtime, tmp_path / "after.jsonl") == before


def write(path: Path, *records: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_move_to_another_store_remembers_what_was_edited(
    bench: Bench, other_store: Bench, tmp_path: Path
) -> None:
    source, dump = tmp_path / "source.jsonl", tmp_path / "dump.jsonl"
    article = {"type": "article", "lang": "en", "title": "From afar", "slug": "afar"}
    origin = {"external_source": "afar", "external_id": "1"}
    write(source, article | origin)
    imported(bench.runtime, source)
    key = bench.client.get("/v1/articles/afar").json()["data"]["id"]
    edited(bench.runtime, UUID(key), summary="Our own words.")
    exported(bench.runtime, dump)
    assert imported(other_store.runtime, dump).refused == []
    write(source, article | origin | {"title": "From further afar"})
    assert [refusal.code for refusal in imported(other_store.runtime, source).refused] == [
        "edited_here"
    ]


def test_a_dry_run_tells_and_keeps_nothing(bench: Bench) -> None:
    report = imported(bench.runtime, SAMPLE, dry_run=True)
    assert (report.read, report.refused) == (169, [])
    assert list(jsonl_writer.export_lines(bench.runtime)) == []
    assert bench.client.get("/v1/articles?count=true").json()["meta"]["total"] == 0


def test_a_file_may_begin_as_windows_tools_write_it(bench: Bench, tmp_path: Path) -> None:
    record = {"type": "article", "lang": "es", "title": "Ñandú", "slug": "nandu"}
    path = tmp_path / "windows.jsonl"
    path.write_text(json.dumps(record) + "\r\n", "utf-8-sig")
    answer = imported(bench.runtime, path)
    assert bench.client.get("/v1/articles/nandu").json()["data"]["title"] == "Ñandú", answer


def test_a_misread_character_is_put_right_and_told(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "misread.jsonl"
    first = {"type": "article", "lang": "en", "title": "One", "slug": "one"}
    said = {**first, "body": "â€œHola\u00e2\u20ac\u009d", "authors": [{"name": "Pe\u0096dro"}]}
    lines = [json.dumps(said, ensure_ascii=False), json.dumps({**said, "slug": "two"})]
    lines.append(json.dumps({**first, "slug": "three", "body": "Fine"}))
    path.write_text("\n".join(lines))
    report = imported(bench.runtime, path)
    assert (report.outcomes["article created"], report.refused) == (3, [])
    assert [(note.line, note.message) for note in report.notices] == [
        (line, f"{member}: {count} misread {was} put right.")
        for line in (1, 2)
        for member, count, was in (
            ("body", 2, "characters were"),
            ("authors", 1, "character was"),
        )
    ]
    assert report.as_json()["notices"][0]["file"] == "misread.jsonl"
    assert "misread.jsonl:1: body: 2 misread characters were put right." in report.as_text()
    data = bench.client.get("/v1/articles/one").json()["data"]
    assert data["body_html"] == "<p>“Hola”</p>"
    assert data["authors"][0]["name"] == "Pe–dro"
    again = imported(bench.runtime, path)
    assert again.outcomes["article unchanged"] == 3
