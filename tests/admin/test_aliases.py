"""Aliases at the desk: old paths in, and what `/v1/resolve` then answers."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import articles
from app.editorial.content import ArticleInput, prepare
from app.interchange import jsonl_writer
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.builders import EDITOR, imported
from tests.conftest import Bench, client_of, store

Desk = tuple[Bench, Headers]


@pytest.fixture
def desk(quiet: Bench) -> Desk:
    builders.tag(quiet.runtime, "land")
    builders.published(quiet.runtime, title="Story", slug="story", tags=["land"])
    return quiet, bearer(quiet.runtime, "editor")


def create(desk: Desk, **fields: Any) -> Any:
    bench, headers = desk
    return bench.client.post("/v1/admin/aliases", json=fields, headers=headers)


def resolved(bench: Bench, path: str) -> Any:
    return bench.client.get("/v1/resolve", params={"path": path})


def test_an_alias_s_life(desk: Desk) -> None:
    bench, headers = desk
    made = create(desk, path="https://old.example/News.php?id=3#top", slug="story")
    assert made.status_code == 201
    alias = made.json()["data"]
    assert alias == {
        "id": alias["id"],
        "revision": 1,
        "path": "/News.php?id=3",
        "slug": "story",
        "tag": None,
        "gone": None,
        "url": None,
        "created_at": alias["created_at"],
    }
    here = f"/v1/admin/aliases/{alias['id']}"
    assert (made.headers["location"], made.headers["etag"]) == (here, '"1"')
    assert bench.client.get(here, headers=headers).json() == made.json()
    answer = resolved(bench, "/News.php?id=3").json()["data"]
    assert (answer["status"], answer["kind"], answer["slug"]) == (301, "article", "story")
    assert bench.client.get("/v1/articles/story").json()["data"]["paths"] == ["/News.php?id=3"]
    assert create(desk, path="/topics/earth", tag="land").status_code == 201
    answer = resolved(bench, "/topics/earth/").json()["data"]
    assert (answer["status"], answer["kind"], answer["slug"]) == (301, "tag", "land")
    assert create(desk, path="/shop", gone="We sell nothing any more.").status_code == 201
    gone = resolved(bench, "/shop")
    assert problem(gone) == (410, "gone")
    assert gone.json()["detail"] == "We sell nothing any more."
    assert problem(bench.client.delete(here, headers=headers)) == (428, "if_match_required")
    first = {**headers, "If-Match": '"1"'}
    assert bench.client.delete(here, headers=first).status_code == 204
    assert problem(resolved(bench, "/News.php?id=3")) == (404, "path_not_found")
    assert bench.client.get("/v1/articles/story").json()["data"]["paths"] == []
    assert problem(bench.client.delete(here, headers=first)) == (404, "alias_not_found")
    assert problem(bench.client.get(here, headers=headers)) == (404, "alias_not_found")


def test_an_answer_that_a_cache_holds_ends_with_the_alias(desk: Desk) -> None:
    bench, _ = desk
    before = resolved(bench, "/news/story")
    assert before.json()["data"]["status"] == 200
    # What answers by its last part already is not an editor's to change.
    assert problem(create(desk, path="/else/story", gone="Gone.")) == (403, "scope_missing")
    publisher = (bench, bearer(bench.runtime, "publisher"))
    assert create(publisher, path="/else/story", gone="Gone.").status_code == 201
    etag = {"If-None-Match": before.headers["etag"]}
    assert bench.client.get("/v1/resolve?path=/news/story", headers=etag).status_code == 200


def test_conflicts_are_said(desk: Desk, subtests: pytest.Subtests) -> None:
    create(desk, path="/a", slug="story")
    create(desk, path="/b", tag="land")
    create(desk, path="/c", gone="Gone.")
    for path, said in (
        ("/a", "/a leads to the article 'story' already; delete that alias first."),
        ("a/", "/a leads to the article 'story' already; delete that alias first."),
        ("/b", "/b leads to the tag 'land' already; delete that alias first."),
        ("/%63", "/c is said to be gone already; delete that alias first."),
        ("/story", "/story is the address of an article; change its slug first."),
    ):
        with subtests.test(path=path, said=said):
            answer = create(desk, path=path, gone="Gone.")
            assert problem(answer) == (409, "path_taken")
            assert answer.json()["detail"] == said
            assert answer.json()["errors"][0]["pointer"] == "/path"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"path": "/x"}, ""),
    ({"path": "/x", "slug": "story", "gone": "Gone."}, ""),
    ({"path": "/x", "slug": "story", "tag": "land"}, ""),
    ({"path": "/x", "slug": "nothing"}, "/slug"),
    ({"path": "/x", "tag": "nothing"}, "/tag"),
    ({"path": "/x", "gone": ""}, "/gone"),
    ({"path": "/x", "gone": "a\u0000b"}, "/gone"),
    ({"slug": "story"}, "/path"),
    ({"path": "", "slug": "story"}, "/path"),
    ({"path": "/", "slug": "story"}, "/path"),
    ({"path": "https://old.example", "slug": "story"}, "/path"),
    ({"path": "/a\u0000", "slug": "story"}, "/path"),
    ({"path": "/a%00", "slug": "story"}, "/path"),
    ({"path": "/a%0Ab", "slug": "story"}, "/path"),
    ({"path": "http://[", "slug": "story"}, "/path"),
    ({"path": "x" * 1_001, "slug": "story"}, "/path"),
    ({"path": "/x", "slug": "story", "revision": 3}, "/revision"),
]


def test_bad_input_is_refused_and_leaves_nothing(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    for sent, pointer in BAD:
        with subtests.test(sent=sent, pointer=pointer):
            answer = create(desk, **sent)
            assert answer.status_code == 422, (sent, answer.text)
            assert pointer in [one["pointer"] for one in answer.json()["errors"]], answer.text
    assert bench.client.get("/v1/admin/aliases", headers=headers).json()["data"] == []


def test_the_list_is_walked_page_by_page(desk: Desk, subtests: pytest.Subtests) -> None:
    bench, headers = desk
    paths = sorted([f"/old/{n:02}" for n in range(7)] + ["/100%", "/50_a", "/Perú/ñ"])
    for path in paths:
        assert create(desk, path=path.replace("%", "%25"), gone="Gone.").status_code == 201
    base = bench.runtime.settings.public_url
    seen, url = [], "/v1/admin/aliases?limit=3"
    while url:
        page = bench.client.get(url, headers=headers).json()
        assert page["meta"] == {"limit": 3}
        seen += [one["path"] for one in page["data"]]
        url = (page["links"]["next"] or "").removeprefix(base)
    assert sorted(seen) == paths
    assert len(set(seen)) == len(paths)
    first = bench.client.get("/v1/admin/aliases?path=/old&limit=2", headers=headers).json()
    assert [one["path"] for one in first["data"]] == ["/old/00", "/old/01"]
    for prefix, expected in (("/50_", ["/50_a"]), ("/100%", ["/100%"]), ("/_", [])):
        with subtests.test(prefix=prefix, expected=expected):
            page = bench.client.get("/v1/admin/aliases", params={"path": prefix}, headers=headers)
            assert [one["path"] for one in page.json()["data"]] == expected
    cursor = first["links"]["next"].rsplit("cursor=", 1)[1]
    for query in (f"cursor={cursor}", "cursor=x", "cursor=%C3%A9", f"path=/old&cursor={cursor}x"):
        with subtests.test(query=query):
            answer = bench.client.get(f"/v1/admin/aliases?{query}", headers=headers)
            assert problem(answer) == (400, "invalid_cursor")
    for query in ("limit=0", "limit=101", "pth=/x"):
        with subtests.test(query=query):
            assert (
                bench.client.get(f"/v1/admin/aliases?{query}", headers=headers).status_code == 400
            )


def stripped(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Records without what only an import knows."""
    return [{**json.loads(line), "import_digest": None} for line in lines]


@contextmanager
def moved_store(bench: Bench, folder: Path) -> Iterator[Runtime]:
    """Another store with the export of this one, which a second import leaves as it is."""
    lines = list(jsonl_writer.export_lines(bench.runtime))
    with store(None, folder / "other", serve_worker=False) as (other, clock):
        clock.move(seconds=1)  # it is imported after it was exported
        file = folder / "export.jsonl"
        file.write_text("\n".join(lines))
        for outcome in ("created", "unchanged"):
            report = imported(other, file)
            assert report.refused == []
            assert {what.split()[1] for what in report.outcomes} == {outcome}
        assert stripped(jsonl_writer.export_lines(other)) == stripped(lines)
        yield other


FAR = "https://far.example/shop?a=b"


def test_a_path_may_lead_to_another_site(desk: Desk, tmp_path: Any) -> None:
    """At the word of a publisher, to a whole address, and also after a move to another store."""
    bench, _ = desk
    assert problem(create(desk, path="/shop", url=FAR)) == (403, "scope_missing")
    publisher = (bench, bearer(bench.runtime, "publisher"))
    for url in ("/shop", "javascript:x", "https://u:p@far.example/", "https://far.example/a b"):
        assert create(publisher, path="/shop", url=url).status_code == 422
    own = bench.runtime.settings.public_url
    assert problem(create(publisher, path="/shop", url=f"{own}/a")) == (422, "url_here")
    made = create(publisher, path="/shop", url=FAR)
    assert (made.status_code, made.json()["data"]["url"]) == (201, FAR)
    there = resolved(bench, "/shop/?utm_source=x").json()["data"]
    facts = (there["status"], there["kind"], there["slug"], there["location"], there["url"])
    assert facts == (301, "elsewhere", None, FAR, FAR)
    embed = bench.client.get("/v1/oembed", params={"url": f"{own}/shop"})
    assert embed.status_code == 404
    with moved_store(bench, tmp_path) as other, client_of(other) as client:
        assert client.get("/v1/resolve?path=/shop").json()["data"]["url"] == FAR


def test_an_alias_follows_its_tag_through_merge_and_removal(desk: Desk, tmp_path: Any) -> None:
    bench, _ = desk
    headers = bearer(bench.runtime, "publisher")
    alias = create(desk, path="/topics/earth", tag="land").json()["data"]
    sent = {"slug": "soil", "names": {"en": "Soil"}}
    soil = bench.client.post("/v1/admin/tags", json=sent, headers=headers).json()["data"]
    land = bench.client.get("/v1/tags/land").json()["data"]["id"]
    first = {**headers, "If-Match": '"1"'}
    there = f"/v1/admin/tags/{land}/merge"
    assert bench.client.post(there, json={"into": "soil"}, headers=first).status_code == 200
    assert resolved(bench, "/topics/earth").json()["data"]["slug"] == "soil"
    with moved_store(bench, tmp_path) as other, client_of(other) as client:
        moved = client.get("/v1/tags/land", follow_redirects=False)
        assert moved.headers["location"] == "soil"
        answer = client.get("/v1/resolve?path=/topics/earth").json()["data"]
        assert (answer["kind"], answer["slug"]) == ("tag", "soil")
    article = bench.client.get("/v1/articles/story").json()["data"]
    assert [tag["slug"] for tag in article["tags"]] == ["soil"]
    key = UUID(article["id"])
    untagged = prepare(ArticleInput(lang="en", title="Story"), bench.runtime.site_rules)
    with bench.runtime.publishing() as tx:
        articles.edit(tx, EDITOR, key, 1, untagged, tx.moment)
    builders.publish(bench.runtime, (key, 2))
    here = f"/v1/admin/tags/{soil['id']}"
    assert bench.client.delete(here, headers={**headers, "If-Match": '"2"'}).status_code == 204
    assert problem(resolved(bench, "/topics/earth")) == (410, "gone")
    known = bench.client.get(f"/v1/admin/aliases/{alias['id']}", headers=headers)
    assert known.json()["data"]["gone"] == "The tag was removed."
    assert known.headers["etag"] == '"3"'
