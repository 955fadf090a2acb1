"""Old addresses keep their queries; what a live address answers, only who may publish changes."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.interchange import jsonl_writer
from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.builders import imported
from tests.conftest import Bench, client_of, store

ALIASES = "/v1/admin/aliases"


def resolved(bench: Bench, path: str) -> Any:
    return bench.client.get("/v1/resolve", params={"path": path})


def answers(bench: Bench, path: str) -> tuple[int, str | None]:
    """Where a path leads: the status it stands for and the slug."""
    answer = resolved(bench, path)
    if answer.status_code != 200:
        return answer.status_code, None
    data = answer.json()["data"]
    return data["status"], data["slug"]


@pytest.fixture
def desk(quiet: Bench) -> tuple[Bench, Headers, Headers]:
    builders.tag(quiet.runtime, "land")
    builders.published(quiet.runtime, title="Story", slug="story")
    builders.published(quiet.runtime, title="Other", slug="other")
    builders.published(quiet.runtime, title="Aims", slug="aims", kind="page")
    runtime = quiet.runtime
    return quiet, bearer(runtime, "editor"), bearer(runtime, "publisher")


LIVE = [
    *(
        "/news/story",
        "/news/story/",
        "//news//story",
        "news/story",
        "/news/%73tory",
        *("/news%2Fstory", "/News/Story", "/STORY"),
    ),
    *("https://peru.example/news/story", "/news/story?utm_source=x", "/news/story#top"),
    *("/es/noticias/story", "/story", "/aims", "/x/aims/", "/land", "/topics/land", "/x/../story"),
]


@pytest.mark.parametrize("path", LIVE)
def test_an_editor_changes_nothing_that_is_live(
    desk: tuple[Bench, Headers, Headers], path: str
) -> None:
    bench, editor, _ = desk
    before = resolved(bench, path).text
    for target in ({"gone": "Withdrawn for fraud."}, {"slug": "other"}):
        answer = bench.client.post(ALIASES, headers=editor, json={"path": path, **target})
        assert problem(answer) in {(403, "scope_missing"), (409, "path_taken")}, answer.text
    assert resolved(bench, path).text == before
    assert bench.client.get(ALIASES, headers=editor).json()["data"] == []


def test_a_page_s_own_address_is_nobody_s_alias(
    desk: tuple[Bench, Headers, Headers], subtests: pytest.Subtests
) -> None:
    bench, _, publisher = desk
    for path in ("/news/story", "/story", "/aims", "/tags/land", "/tags/land/"):
        with subtests.test(path=path):
            sent = {"path": path, "gone": "Gone."}
            answer = bench.client.post(ALIASES, headers=publisher, json=sent)
            assert problem(answer) == (409, "path_taken")
    # A tag may have its own page as an alias, as an import of an old site has.
    sent = {"path": "/tags/land", "tag": "land"}
    assert bench.client.post(ALIASES, headers=publisher, json=sent).status_code == 201
    assert answers(bench, "/tags/land") == (200, "land")
    # The same last part elsewhere is another old address.
    sent = {"path": "/2004/05/story", "slug": "other"}
    assert bench.client.post(ALIASES, headers=publisher, json=sent).status_code == 201
    assert answers(bench, "/2004/05/story") == (301, "other")
    assert answers(bench, "/news/story") == (200, "story")


def test_an_alias_that_was_there_first_hides_no_page(
    desk: tuple[Bench, Headers, Headers], subtests: pytest.Subtests
) -> None:
    """Prepared for a slug to come: it gives way the moment that slug is live."""
    bench, editor, publisher = desk
    paths = ("/news/later", "/en/stories/later", "/later")
    for path in paths:
        with subtests.test(path=path):
            sent = {"path": path, "gone": "No."}
            assert bench.client.post(ALIASES, headers=editor, json=sent).status_code == 201
            assert answers(bench, path) == (410, None)
    builders.published(bench.runtime, title="Later", slug="later")
    assert [answers(bench, path) for path in paths] == [(200, "later"), *[(301, "later")] * 2]
    sent = {"path": "/news/soon", "gone": "No."}
    assert bench.client.post(ALIASES, headers=publisher, json=sent).status_code == 201
    builders.published(bench.runtime, title="Soon", slug="soon")
    assert answers(bench, "/news/soon") == (200, "soon")


def test_an_editor_forgets_no_alias_of_a_publisher(desk: tuple[Bench, Headers, Headers]) -> None:
    bench, editor, publisher = desk
    for maker, expected in ((publisher, 403), (editor, 204)):
        sent = {"path": f"/old/{expected}", "slug": "story"}
        made = bench.client.post(ALIASES, headers=maker, json=sent)
        headers = {**editor, "If-Match": made.headers["etag"]}
        answer = bench.client.delete(made.headers["location"], headers=headers)
        assert answer.status_code == expected
    assert answers(bench, "/old/403") == (301, "story")


QUERIES = [
    # given, and what then leads there, and what does not
    ("/?p=12", ["/?p=12", "/?p=12&utm_source=x", "?p=12&fbclid=y"], ["/?p=13", "/", "/?p="]),
    ("/old/page.php?id=3", ["/old/page.php/?id=3"], ["/old/page.php", "/old/page.php?id=4"]),
    ("/?q=node/1", ["/?q=node%2F1", "/index.php/../?x=1&q=node/1"][:1], ["/?q=node/2"]),
    ("/a?x=1&y=2", ["/a?y=2&x=1", "/a?z=3&y=2&x=1"], ["/a?x=1", "/a?x=2&y=1"]),
    ("/b.html", ["/b.html?utm_medium=z", "/b.html?id=5"], ["/b"]),
    ("/c?name=Per%C3%BA%26Co", ["/c?name=Perú%26Co"], ["/c?name=Perú&Co"]),
    ("https://old.example/?page_id=7#x", ["/?page_id=7"], ["/?page_id=77"]),
    ("/d?flag", ["/d?flag=", "/d?flag&x=1"], ["/d?x=1"]),
]


@pytest.mark.parametrize("how", ["api", "import"])
def test_an_old_address_keeps_its_query(
    desk: tuple[Bench, Headers, Headers], tmp_path: Path, how: str, subtests: pytest.Subtests
) -> None:
    bench, editor, _ = desk
    if how == "api":
        for given, *_ in QUERIES:
            sent = {"path": given, "slug": "story"}
            assert bench.client.post(ALIASES, headers=editor, json=sent).status_code == 201
    else:
        file = tmp_path / "in.jsonl"
        lines = [{"type": "alias", "path": given, "slug": "story"} for given, *_ in QUERIES]
        file.write_text("\n".join(map(json.dumps, lines)))
        for outcome in ("created", "unchanged"):
            report = imported(bench.runtime, file)
            assert (report.refused, dict(report.outcomes)) == ([], {f"alias {outcome}": 8})
    for _, there, elsewhere in QUERIES:
        with subtests.test(there=there, elsewhere=elsewhere):
            assert [answers(bench, path) for path in there] == [(301, "story")] * len(there)
            assert [answers(bench, path)[0] for path in elsewhere] == [404] * len(elsewhere)


def test_the_most_exact_alias_answers(
    desk: tuple[Bench, Headers, Headers], subtests: pytest.Subtests
) -> None:
    bench, editor, _ = desk
    for path, slug in (("/p", "story"), ("/p?id=1", "other"), ("/p?id=1&view=print", "aims")):
        sent = {"path": path, "slug": slug}
        assert bench.client.post(ALIASES, headers=editor, json=sent).status_code == 201
    for path, slug in (
        *(("/p", "story"), ("/p?x=1", "story"), ("/p?id=2", "story"), ("/p?x=1&id=1", "other")),
        *(("/p?view=print&id=1", "aims"), ("/p?view=screen&id=1", "other")),
    ):
        with subtests.test(path=path, slug=slug):
            assert answers(bench, path) == (301, slug)
    many = "&".join(f"a{number}={number}" for number in range(90))
    assert answers(bench, f"/p?{many}") == (301, "story")


def test_an_import_is_as_strict_as_the_desk(bench: Bench, tmp_path: Path) -> None:
    builders.published(bench.runtime, title="Story", slug="story")
    file = tmp_path / "in.jsonl"
    paths = [
        "/",
        "?",
        "https://old.example/",
        "/a%00",
        "/a%0Ab",
        "/?a=%07",
        "/news/story",
        "/story",
    ]
    lines = [{"type": "alias", "path": path, "gone": "Gone."} for path in paths]
    article = {"type": "article", "lang": "en", "title": "X", "slug": "x", "paths": ["/"]}
    file.write_text("\n".join(map(json.dumps, [*lines, article])))
    report = imported(bench.runtime, file)
    codes = ["invalid_path"] * 6 + ["path_taken"] * 2 + ["invalid_path"]
    assert [one.code for one in report.refused] == codes
    assert answers(bench, "/")[0] == 404


def test_queries_survive_a_move(
    desk: tuple[Bench, Headers, Headers], tmp_path: Path, subtests: pytest.Subtests
) -> None:
    bench, editor, _ = desk
    for given, *_ in QUERIES:
        bench.client.post(ALIASES, headers=editor, json={"path": given, "slug": "story"})
    lines = list(jsonl_writer.export_lines(bench.runtime))
    file = tmp_path / "export.jsonl"
    file.write_text("\n".join(lines))
    with store(None, tmp_path / "other", serve_worker=False) as (other, clock):
        clock.now = bench.clock.now + timedelta(seconds=1)
        assert imported(other, file).refused == []
        with client_of(other) as client:
            there = Bench(other, clock, client)
            for _, there_too, _ in QUERIES:
                with subtests.test(there_too=there_too):
                    for path in there_too:
                        assert answers(there, path) == (301, "story")


@pytest.mark.parametrize(
    ("templates", "article", "page"),
    [
        ({}, "/news/second", "/aims-now"),
        (
            {"site_url": "https://peru.example/site", "article_url": "{site}/{lang}/n/{slug}/"},
            "/site/en/n/second",
            "/site/aims-now",
        ),
        ({"article_url": "https://x.example/?story={slug}"}, "/?story=second", "/aims-now"),
    ],
)
def test_a_takedown_names_the_page_to_take_down(
    tmp_path: Path, templates: dict[str, str], article: str, page: str
) -> None:
    """Where it was shown last, and wherever it was before: in the feed and in webhooks."""
    with (
        store(None, tmp_path, serve_worker=False, **templates) as (runtime, clock),
        client_of(runtime) as client,
    ):
        bench = Bench(runtime, clock, client)
        publisher = bearer(runtime, "publisher")
        for kind, slugs in (("article", ("first", "second")), ("page", ("aims", "aims-now"))):
            key, revision = builders.draft(runtime, title="T", kind=kind, slug=slugs[0])
            builders.publish(runtime, (key, revision))
            here = f"/v1/admin/articles/{key}"
            etag = client.get(here, headers=publisher).headers["etag"]
            change = {**publisher, "If-Match": etag}
            client.patch(here, headers=change, json={"slug": slugs[1]})
            etag = client.get(here, headers=publisher).headers["etag"]
            client.post(f"{here}/publish", headers={**publisher, "If-Match": etag})
        told = {one["item"]["kind"]: one for one in client.get("/v1/changes").json()["data"]}
        old = article.replace("second", "first")
        assert told["article"]["paths"] == [old, "/first"]
        assert told["article"]["item"]["paths"] == [old, "/first"]
        for path in (article, old):
            assert answers(bench, path)[1] == "second"
        for key in [one["id"] for one in told.values()]:
            here = f"/v1/admin/articles/{key}"
            etag = client.get(here, headers=publisher).headers["etag"]
            sent = {"reason": "Wrong."}
            client.post(f"{here}/retract", headers={**publisher, "If-Match": etag}, json=sent)
        ended = client.get("/v1/changes").json()["data"]
        assert [one["type"] for one in ended] == ["delete"] * 2
        assert ended[0]["paths"] == [old, "/first", article, "/second"]
        assert page in ended[1]["paths"]
        assert page.replace("-now", "") in ended[1]["paths"]
