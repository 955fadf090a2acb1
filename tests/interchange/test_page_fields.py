"""What pages need leaves with an article and comes back, in whatever order the records are."""

import json
from pathlib import Path

from tests import builders
from tests.admin.fields import ORIGINAL, detail, released
from tests.admin.newsdesk import Newsdesk
from tests.builders import imported
from tests.conftest import Bench
from tests.interchange.lines import exported, outcomes


def test_the_fields_survive_an_export(quiet: Bench, other_store: Bench, tmp_path: Path) -> None:
    desk = Newsdesk.of(quiet)
    medium = builders.medium(quiet.runtime, alt={"en": "Two halves"})
    seo = {"title": "For search", "description": "Found.", "image": {"media_id": str(medium)}}
    top = released(desk, slug="top", kind="page", position=2)
    quiet.clock.move(seconds=1)
    released(desk, slug="low", kind="page", parent="top", position=3)
    key = top.rsplit("/", 1)[-1]
    released(desk, slug="one", seo=seo, canonical_url=ORIGINAL, related=[key])
    dump = tmp_path / "dump.jsonl"
    records = {record["slug"]: record for record in exported(quiet.runtime, dump)}
    assert records["one"]["canonical_url"] == ORIGINAL
    assert records["one"]["related"] == [key]
    assert (records["low"]["parent"], records["low"]["position"]) == ("top", 3)
    shown = records["one"]["seo"]["image"]
    assert (shown["media_id"], shown["alt"]) == (str(medium), "Two halves")
    assert outcomes(imported(quiet.runtime, dump).outcomes) == {"unchanged": 3}
    backwards = tmp_path / "backwards.jsonl"  # a page comes before the one above it
    backwards.write_text("".join(f"{json.dumps(it)}\n" for it in reversed(records.values())))
    other_store.clock.move(minutes=1)
    report = imported(other_store.runtime, backwards)
    assert (outcomes(report.outcomes), report.refused) == ({"created": 3}, [])
    for slug in ("one", "low", "top"):
        there, here = detail(other_store, slug), detail(quiet, slug)
        for name in ("canonical_url", "parent", "position"):
            assert there[name] == here[name]
        assert there["seo"]["title"] == here["seo"]["title"]
        assert [it["id"] for it in there["related"]] == [it["id"] for it in here["related"]]
    assert detail(other_store, "low")["parent"] == "top"
    address = detail(quiet, "one")["seo"]["image"]["url"]
    assert detail(other_store, "one")["seo"]["image"]["url"] == address, "where the medium is"


def test_pages_that_would_be_below_themselves_are_refused(quiet: Bench, tmp_path: Path) -> None:
    records = [
        {"type": "article", "kind": "page", "lang": "en", "title": title, "body": "x", **over}
        for title, over in (
            ("A", {"parent": "b"}),
            ("B", {"parent": "c"}),
            ("C", {"parent": "a"}),
            ("D", {"parent": "news"}),
            ("E", {"parent": "old", "slug": "e"}),
            ("F", {"parent": "e", "former_slugs": ["old"]}),
        )
    ]
    file = tmp_path / "tangled.jsonl"
    news = {"type": "article", "lang": "en", "title": "News", "body": "x"}
    file.write_text("".join(f"{json.dumps(it)}\n" for it in [news, *records]))
    report = imported(quiet.runtime, file)
    assert [(it.line, it.code) for it in report.refused] == [
        *((4, "parent_cycle"), (5, "parent_not_page"), (7, "parent_cycle")),
    ]
    pages = quiet.client.get("/v1/articles?kind=page&order=position").json()["data"]
    assert {page["slug"]: page["parent"] for page in pages} == {"a": "b", "b": None, "e": None}
