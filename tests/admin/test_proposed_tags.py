"""Tags that writers and editors make: seen by nobody outside until a publisher saves them."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.editorial import tags
from app.interchange import jsonl_writer
from tests import builders
from tests.accounts.people import Either
from tests.admin.desk import Headers, bearer, problem
from tests.builders import imported
from tests.conftest import Bench, store
from tests.search.follow import follow

TAGS = "/v1/admin/tags"
RAID = {"slug": "raid", "names": {"en": "Operation Raid"}, "descriptions": {"en": "Secret."}}


@pytest.fixture
def desk(quiet: Bench) -> tuple[Bench, Headers, Headers, Headers]:
    made = (bearer(quiet.runtime, role) for role in ("writer", "editor", "publisher"))
    writer, editor, publisher = made
    return quiet, writer, editor, publisher


Desk = tuple[Bench, Headers, Headers, Headers]


def create(bench: Bench, headers: Headers, **fields: Any) -> Any:
    answer = bench.client.post(TAGS, json={**RAID, **fields}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def at(tag: Any, headers: Headers, revision: int | None = None) -> Headers:
    return {**headers, "If-Match": f'"{revision or tag["revision"]}"'}


OUTLETS = [
    *("/v1/tags", "/v1/changes", "/v1/articles", "/v1/articles/story", "/v1/search?q=raid"),
    *("/v1/search?q=story&facets=tags", "/v1/search/suggest?q=rai", "/v1/feeds/articles.atom"),
    *("/v1/feeds/articles.rss", "/v1/feeds/articles.json", "/v1/articles/story.jsonld"),
    *("/v1/oai?verb=ListSets", "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc", "/sitemap.xml"),
    *("/v1/tags/land", "/v1/archive", "/v1/articles?include=related,paths"),
]
REFUSED = {
    "/v1/tags/raid": 404,
    "/v1/resolve?path=/raid": 404,
    "/v1/articles?tag=raid": 400,
    "/v1/articles?tag=raidd": 400,
    "/v1/archive?tag=raid": 400,
    "/v1/feeds/articles.atom?tag=raid": 400,
    "/v1/tags?parent=raid": 400,
}


def seen(bench: Bench) -> list[str]:
    """Where the proposed tag is told of."""
    follow(bench.runtime)
    echoed = re.compile('said|q=raid?|"query": ?"raid?"')
    told = [path for path in OUTLETS if "aid" in echoed.sub("", bench.client.get(path).text)]
    for path, status in REFUSED.items():
        answer = bench.client.get(path)
        if answer.status_code != status or "'raid'?" in answer.text:
            told.append(path)
    return told


@pytest.mark.parametrize("role", ["writer", "editor"])
def test_a_proposed_tag_is_nobody_s_until_a_publisher_saves_it(desk: Desk, role: str) -> None:
    bench, writer, editor, publisher = desk
    builders.tag(bench.runtime, "land")
    tag = create(bench, {"writer": writer, "editor": editor}[role], parent="land")
    assert tag["status"] == "proposed"
    key = builders.published(bench.runtime, title="Story", slug="story", tags=["raid", "land"])
    builders.published(bench.runtime, title="Beside", slug="beside", tags=["raid"])
    assert seen(bench) == []
    cursor = bench.client.get("/v1/changes").json()["meta"]["cursor"]
    assert bench.client.get("/v1/tags/land").json()["data"]["articles_count"] == 1
    # Whoever works here sees it, and what carries it.
    assert bench.client.get(f"{TAGS}/{tag['id']}", headers=writer).json()["data"]["used_by"] == 2
    copy = bench.client.get(f"/v1/admin/articles/{key}", headers=writer).json()["data"]
    assert copy["tags"] == ["raid", "land"]
    saved = bench.client.patch(f"{TAGS}/{tag['id']}", json={}, headers=at(tag, publisher))
    assert saved.json()["data"]["status"] == "accepted"
    follow(bench.runtime)
    changes = bench.client.get(f"/v1/changes?cursor={cursor}").json()["data"]
    assert {(one["kind"], one["type"]) for one in changes} == {
        ("tag", "upsert"),
        ("article", "upsert"),
    }
    assert len(changes) == 3
    story = bench.client.get("/v1/articles/story").json()["data"]
    assert [one["slug"] for one in story["tags"]] == ["raid", "land"]
    assert bench.client.get("/v1/tags/land").json()["data"]["articles_count"] == 2
    assert [one["slug"] for one in story["related"]] == ["beside"]
    assert bench.client.get("/v1/search?q=raid").json()["meta"]["total"] >= 1


def test_what_is_public_of_a_tag_only_a_publisher_changes(
    desk: Desk, subtests: pytest.Subtests
) -> None:
    bench, _, editor, publisher = desk
    public, proposed = create(bench, publisher, slug="land"), create(bench, editor)
    before = bench.client.get("/v1/tags").text
    here, there = f"{TAGS}/{public['id']}", f"{TAGS}/{proposed['id']}"
    for change in (
        {"names": {"en": "X"}},
        {"slug": "x"},
        {"type": "place"},
        {"parent": "raid"},
        {},
    ):
        with subtests.test(change=change):
            answer = bench.client.patch(here, json=change, headers=at(public, editor))
            assert problem(answer) == (403, "scope_missing")
    refused = [
        bench.client.post(f"{here}/merge", json={"into": "raid"}, headers=at(public, editor)),
        bench.client.post(f"{there}/merge", json={"into": "land"}, headers=at(proposed, editor)),
        bench.client.delete(here, headers=at(public, editor)),
        bench.client.delete(f"{here}?replacement=raid", headers=at(public, editor)),
        bench.client.delete(f"{there}?replacement=land", headers=at(proposed, editor)),
        bench.client.patch(there, json={"status": "accepted"}, headers=at(proposed, editor)),
        bench.client.post(TAGS, json={**RAID, "slug": "y", "status": "accepted"}, headers=editor),
    ]
    assert [problem(answer) for answer in refused] == [(403, "scope_missing")] * 7
    below = bench.client.patch(here, json={"parent": "raid"}, headers=at(public, publisher))
    assert problem(below) == (422, "parent_proposed")
    back = bench.client.patch(here, json={"status": "proposed"}, headers=at(public, publisher))
    assert problem(back) == (409, "tag_accepted")
    alias = bench.client.post(
        "/v1/admin/aliases", json={"path": "/x", "tag": "raid"}, headers=publisher
    )
    assert problem(alias) == (422, "tag_proposed")
    assert bench.client.get("/v1/tags").text == before


def test_a_proposal_leaves_no_trace(desk: Desk, subtests: pytest.Subtests) -> None:
    """Renamed, merged with another, removed: its slugs lead nowhere and are free again."""
    bench, _, editor, publisher = desk
    tag = create(bench, editor)
    here = f"{TAGS}/{tag['id']}"
    renamed = bench.client.patch(here, json={"slug": "riad"}, headers=at(tag, editor))
    assert renamed.json()["data"]["former_slugs"] == []
    other = create(bench, editor, slug="raid-two")
    merged = bench.client.post(
        f"{here}/merge", json={"into": "raid-two"}, headers=at(tag, editor, 2)
    )
    assert (merged.status_code, merged.json()["data"]["former_slugs"]) == (200, [])
    there = f"{TAGS}/{other['id']}"
    assert bench.client.delete(there, headers=at(other, editor, 2)).status_code == 204
    assert bench.client.get("/v1/changes").json()["data"] == []
    for slug in ("raid", "riad", "raid-two"):
        with subtests.test(slug=slug):
            assert bench.client.get(f"/v1/tags/{slug}").status_code == 404
            assert create(bench, publisher, slug=slug)["status"] == "accepted"


def test_a_publisher_merges_a_proposal_into_a_public_tag(desk: Desk) -> None:
    bench, writer, _, publisher = desk
    proposed, public = create(bench, writer), create(bench, publisher, slug="land")
    builders.published(bench.runtime, title="Story", slug="story", tags=["raid"])
    here = f"{TAGS}/{proposed['id']}/merge"
    done = bench.client.post(here, json={"into": "land"}, headers=at(proposed, publisher))
    assert done.json()["data"]["former_slugs"] == []
    story = bench.client.get("/v1/articles/story").json()["data"]
    assert [one["slug"] for one in story["tags"]] == ["land"]
    assert bench.client.get("/v1/tags/raid").status_code == 404
    changes = bench.client.get("/v1/changes").json()["data"]
    assert all(proposed["id"] != one["id"] for one in changes)
    # The other way round a public tag becomes a proposed one, which that accepts.
    another = create(bench, writer, slug="soil")
    there = f"{TAGS}/{public['id']}/merge"
    done = bench.client.post(there, json={"into": "soil"}, headers=at(public, publisher, 2))
    assert (done.json()["data"]["status"], done.status_code) == ("accepted", 200)
    assert bench.client.get("/v1/tags/land", follow_redirects=False).status_code == 301
    told = {one["id"]: one for one in bench.client.get("/v1/changes").json()["data"]}
    assert told[public["id"]]["merged_into"] == another["id"]


def test_a_token_without_the_right_only_proposes(quiet: Bench) -> None:
    headers = bearer(quiet.runtime, "admin", "articles:write", "tags:write")
    assert create(quiet, headers)["status"] == "proposed"


def test_an_export_keeps_what_is_only_proposed(desk: Desk, tmp_path: Path) -> None:
    bench, writer, _, publisher = desk
    create(bench, publisher, slug="land")
    create(bench, writer, parent="land")
    builders.published(bench.runtime, title="Story", slug="story", tags=["raid"])
    lines = list(jsonl_writer.export_lines(bench.runtime))
    said = {
        one["slug"]: one.get("status") for one in map(json.loads, lines) if one["type"] == "tag"
    }
    assert said == {"land": None, "raid": "proposed"}
    file = tmp_path / "export.jsonl"
    file.write_text("\n".join(lines))
    with store(None, tmp_path / "other", serve_worker=False) as (other, clock):
        clock.now = bench.clock.now + timedelta(minutes=1)
        for outcome in ("created", "unchanged"):
            report = imported(other, file)
            assert report.refused == []
            assert {what.split()[1] for what in report.outcomes} == {outcome}
        again = [
            {**json.loads(line), "import_digest": 0} for line in jsonl_writer.export_lines(other)
        ]
        assert again == [{**json.loads(line), "import_digest": 0} for line in lines]
    plain = tmp_path / "plain.jsonl"
    plain.write_text(json.dumps({"type": "tag", "slug": "sea", "names": {"en": "Sea"}}))
    assert imported(bench.runtime, plain).refused == []
    assert bench.client.get("/v1/tags/sea").status_code == 200


def test_proposals_on_both_stores(either: Either) -> None:
    runtime, _ = either
    author = builders.Actor("writer", may_publish=False)
    with runtime.publishing() as tx:
        row = tags.create(tx, author, tags.TagInput(**RAID))
        key, sequence = row.id, tx.sequence
    assert sequence == 0
    builders.published(runtime, title="Story", tags=["raid"])
    with runtime.publishing() as tx:
        tags.change(tx, author, key, 1, tags.TagChange(slug="riad"))
        before = tx.sequence
    with runtime.publishing() as tx:
        tags.change(tx, builders.EDITOR, key, 2, tags.TagChange())
        assert tx.sequence == before + 2
