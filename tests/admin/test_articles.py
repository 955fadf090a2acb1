"""Articles at the desk over HTTP: saved whole, never lost, never public before their time."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.worker.indexing import IndexFollower
from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.admin.newsdesk import ARTICLES, DRAFT, Newsdesk
from tests.conftest import Bench


def kept(bench: Bench) -> dict[str, int]:
    """How many rows each table of articles holds."""
    tables = ("article", "revision", "article_slug", "article_tag", "publication", "preview_link")
    with bench.runtime.database.reading() as tx:
        return {
            name: tx.execute(
                sa.select(sa.func.count()).select_from(SQLModel.metadata.tables[name])
            ).scalar_one()
            for name in tables
        }


def test_a_new_draft_whole(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    body = "Two **words**<script>x</script>"
    sent = {**DRAFT, "title": "Año nuevo", "body": body, "tags": ["water"]}
    answer = quiet.client.post(ARTICLES, headers=desk.headers, json=sent)
    article = answer.json()["data"]
    assert answer.headers["location"] == f"{ARTICLES}/{article['id']}"
    assert answer.headers["etag"] == '"1"'
    me = {"id": article["changed_by"]["id"], "name": "Admin"}
    moment = "2026-03-01T12:00:00Z"
    whole = {
        **{"id": article["id"], "kind": "article", "state": "draft"},
        **{"revision": 1, "text_revision": 1},
        **{"lang": "en", "slug": "ano-nuevo", "title": "Año nuevo", "summary": ""},
        **{"live": None, "scheduled": [], "ended": None, "review_note": None},
        **{"created_at": moment, "changed_at": moment, "changed_by": me, "trashed_at": None},
        **{"body": body, "body_format": "markdown"},
        "body_html": "<p>Two <strong>words</strong></p>",
        **{"authors": [], "source": None, "image": None, "tags": ["water"]},
        "rights": {"licence": None, "credit": None, "syndicatable": True},
        **{"published_at": None, "date_precision": "time", "updated_at": None},
        **{"corrections": [], "is_excerpt": False, "translations": [], "translated_from": None},
        **{"seo": None, "canonical_url": None, "parent": None, "position": 0, "related": []},
    }
    removed = [{"what": "<script>", "excerpt": "<script>", "count": 1}]
    assert article == {**whole, "removed": removed}
    assert desk.data(answer.headers["location"]) == whole
    assert quiet.client.get("/v1/articles/ano-nuevo").status_code == 404


def test_of_two_editors_with_the_same_etag_one_is_told_of_the_other(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    ana, ben = Newsdesk.of(quiet), Newsdesk.of(quiet, "editor")
    where = ana.create()
    assert ben.patch(where, 1, title="Ben's").status_code == 200
    quiet.clock.move(minutes=1)
    for refused in (
        ana.patch(where, 1, title="Ana's"),
        ana.act(where, "publish", 1),
        ana.act(where, "submit", 1),
        quiet.client.delete(where, headers=ana.matching(where, 1)),
        ana.act(where, "revisions/1/restore", 1),
    ):
        with subtests.test(refused=refused):
            assert problem(refused) == (412, "stale_revision")
            told = refused.json()
            assert (told["current_revision"], told["changed_by"], told["changed_at"]) == (
                2,
                "Editor",
                "2026-03-01T12:00:00Z",
            )
    assert desk_titles(ana) == ["Ben's"]
    blind = quiet.client.patch(where, headers=ana.headers, json={"title": "Blind"})
    assert problem(blind) == (428, "if_match_required")


def desk_titles(desk: Newsdesk, query: str = "") -> list[str]:
    return [one["title"] for one in desk.get(f"{ARTICLES}{query}").json()["data"]]


def test_a_draft_beside_a_live_article_is_nowhere_public(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    builders.tag(quiet.runtime, "secret")
    where = desk.create(slug="live", tags=["water"])
    desk.act(where, "publish")
    follower = IndexFollower(quiet.runtime)
    follower.step()
    public = [
        *("/v1/articles", "/v1/articles/live", "/v1/archive", "/v1/tags?count=true"),
        *("/v1/search?q=hidden", "/v1/articles?tag=secret", "/v1/resolve?path=/live"),
        *("/v1/articles/hidden", "/v1/articles?include=related,paths", "/v1/search?q=title"),
    ]
    before = [quiet.client.get(path).json() for path in public]
    fields = {"title": "Hidden", "slug": "hidden", "summary": "Hidden", "body": "Hidden"}
    assert desk.patch(where, **fields, tags=["secret"], authors=[{"name": "Hidden"}]).is_success
    article = desk.data(where)
    assert (article["state"], article["live"]["revision"], article["text_revision"]) == (
        *("draft", 1),
        3,
    )
    for step in ("submit", "approve"):
        assert desk.act(where, step).is_success
    follower.step()
    after = [quiet.client.get(path).json() for path in public]
    assert after == before
    assert desk.act(where, "publish").is_success
    assert quiet.client.get("/v1/articles/hidden").json()["data"]["title"] == "Hidden"
    moved = quiet.client.get("/v1/articles/live", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (301, "hidden")


HUGE = "x" * 1_000_001
BAD: list[tuple[dict[str, Any] | list[Any] | str, int, str, str | None]] = [
    ({"title": ""}, 422, "invalid_field", "/title"),
    ({"title": 7}, 422, "invalid_field", "/title"),
    ({"title": "a\u0000b"}, 422, "invalid_field", "/title"),
    ({"title": "a\nb"}, 422, "invalid_field", "/title"),
    ({"title": "x" * 301}, 422, "invalid_field", "/title"),
    ({"body": HUGE}, 422, "invalid_field", "/body"),
    ({"body": "x" * 4_000_001}, 413, "body_too_large", None),
    ({"body": "<div>" * 150_000, "body_format": "html"}, 422, "tangled_body", "/body"),
    ({"body": "[" * 20_000}, 422, "tangled_body", "/body"),
    ({"body_format": "docx"}, 422, "invalid_field", "/body_format"),
    ({"lang": "fr"}, 422, "unknown_language", "/lang"),
    ({"lang": "../en"}, 422, "invalid_field", "/lang"),
    ({"slug": "A Slug"}, 422, "invalid_field", "/slug"),
    ({"titel": "x"}, 422, "unknown_field", "/titel"),
    ({"id": "01900000-0000-7000-8000-000000000000"}, 422, "unknown_field", "/id"),
    ({"revision": 7}, 422, "unknown_field", "/revision"),
    ({"state": "published"}, 422, "unknown_field", "/state"),
    ({"created_by": "me"}, 422, "unknown_field", "/created_by"),
    ({"changed_by": {"name": "me"}}, 422, "unknown_field", "/changed_by"),
    ({"trashed_at": None}, 422, "unknown_field", "/trashed_at"),
    ({"external_id": "x"}, 422, "unknown_field", "/external_id"),
    ({"import_digest": "x"}, 422, "unknown_field", "/import_digest"),
    ({"body_html": "<script>"}, 422, "unknown_field", "/body_html"),
    ({"image": {"url": "javascript:x", "alt": "a"}}, 422, "invalid_field", "/image/url"),
    (
        {"image": {"url": "https://a.example/\u0000", "alt": "a"}},
        422,
        "invalid_field",
        "/image/url",
    ),
    ({"source": {"name": "a", "url": "data:text/html,x"}}, 422, "invalid_field", "/source/url"),
    ({"authors": [{"name": "a", "admin": True}]}, 422, "unknown_field", "/authors/0/admin"),
    ({"authors": [{"name": "a"}] * 51}, 422, "invalid_field", "/authors"),
    ({"tags": ["nothing"]}, 422, "unknown_tag", "/tags/0"),
    ({"tags": "water"}, 422, "invalid_field", "/tags"),
    ({"published_at": "2012-07-03T00:00:00"}, 422, "invalid_field", "/published_at"),
    ({"published_at": 1}, 422, "invalid_field", "/published_at"),
    ({"published_at": "9999-12-31T00:00:00Z"}, 422, "invalid_field", "/published_at"),
    ({"rights": {"licence": "file:///etc"}}, 422, "invalid_field", "/rights/licence"),
    ({"rights": None}, 422, "invalid_field", "/rights"),
    ([], 422, "invalid_field", ""),
    ("[" * 200_000, 400, "malformed_json", None),
    ('{"title": ' * 50_000, 400, "malformed_json", None),
    ('{"title": "\\ud800"}', 400, "malformed_json", None),
    ("", 400, "malformed_json", None),
]


@pytest.mark.parametrize("way", ["create", "patch"])
def test_bad_input_is_refused_and_nothing_is_stored(
    quiet: Bench, way: str, subtests: pytest.Subtests
) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    before, rows = desk.data(where), kept(quiet)
    headers = {**desk.matching(where), "Content-Type": "application/json"}
    for bad, status, code, pointer in BAD:
        with subtests.test(bad=bad, status=status, code=code, pointer=pointer):
            options: dict[str, Any] = {"content": bad} if isinstance(bad, str) else {"json": bad}
            if way == "patch":
                answer = quiet.client.patch(where, headers=headers, **options)
            else:
                if isinstance(bad, dict):
                    options = {"json": {**DRAFT, **bad}}
                answer = quiet.client.post(ARTICLES, headers=headers, **options)
            assert answer.status_code == status, (str(bad)[:80], answer.text[:300])
            assert problem(answer) == (status, code), (str(bad)[:80], answer.text[:300])
            if pointer is not None:
                assert answer.json()["errors"][0]["pointer"] == pointer, str(bad)[:80]
    assert (
        "did you mean 'title'?"
        in quiet.client.patch(where, headers=headers, json={"titel": "x"}).json()["detail"]
    )
    for answer, expected in (
        (quiet.client.patch(where, headers=headers, json={"kind": "page"}), "kind_fixed"),
        (quiet.client.patch(where, headers=headers, json={"slug": None}), "invalid_field"),
        (quiet.client.patch(where, headers=headers, json={"title": None}), "invalid_field"),
    ):
        with subtests.test(answer=answer, expected=expected):
            assert problem(answer) == (422, expected)
    plain = {**headers, "Content-Type": "text/plain"}
    assert problem(quiet.client.patch(where, headers=plain, content=b"{}"))[0] == 415
    assert (desk.data(where), kept(quiet)) == (before, rows)


def test_a_title_is_text_everywhere(quiet: Bench) -> None:
    """It is never taken for HTML by us: neither shortened nor marked up, in search either."""
    desk = Newsdesk.of(quiet)
    title = "<img src=x onerror=alert(1)> & river"
    image = {"url": "https://a.example/b.jpg", "alt": '"><script>', "caption": "<b>caption</b>"}
    where = desk.create(title=title, summary="<script>s</script> river", image=image)
    desk.act(where, "publish")
    article = desk.data(where)
    assert (article["title"], article["image"]["alt"]) == (title, '"><script>')
    public = quiet.client.get(f"/v1/articles/{article['slug']}")
    assert public.headers["content-type"] == "application/json"
    assert public.headers["x-content-type-options"] == "nosniff"
    assert public.json()["data"]["title"] == title
    assert public.json()["data"]["image"]["caption"] == "<b>caption</b>"
    IndexFollower(quiet.runtime).step()
    hit = quiet.client.get("/v1/search?q=river").json()["data"][0]
    assert hit["highlights"]["title"] == (
        "&lt;img src=x onerror=alert(1)&gt; &amp; <mark>river</mark>"
    )
    assert "<script>" not in hit["highlights"]["summary"]


def test_autosaves_fold_and_the_number_moves(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create()
    for number in range(3):
        answer = desk.patch(where, query="?autosave=true", summary=str(number))
        assert answer.headers["etag"] == f'"{number + 2}"'
    history = desk.get(f"{where}/revisions").json()["data"]
    assert [(one["revision"], one["is_autosave"]) for one in history] == [(4, True), (1, False)]
    same = desk.patch(where, summary="2")
    assert same.headers["etag"] == '"4"'
    assert problem(desk.get(f"{where}/revisions/3")) == (404, "revision_not_found")


def test_history_diff_and_restore(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(body="One two.")
    desk.patch(where, body="One more two.", authors=[{"name": "Ana"}])
    assert desk.get(f"{where}/diff?from=1").json()["data"] == {
        **{"from_revision": 1, "to_revision": 2},
        "fields": [
            {
                **{"field": "body", "before": None, "after": None},
                "parts": [
                    {"op": "equal", "text": "One "},
                    {"op": "insert", "text": "more "},
                    {"op": "equal", "text": "two."},
                ],
            },
            {
                **{"field": "authors", "before": [], "parts": None},
                "after": [{"name": "Ana", "slug": None}],
            },
        ],
    }
    first = desk.get(f"{where}/revisions/1").json()["data"]
    assert (first["content"]["body"], first["body_html"]) == ("One two.", "<p>One two.</p>")
    back = desk.act(where, "revisions/1/restore")
    assert (back.json()["data"]["body"], back.headers["etag"]) == ("One two.", '"3"')
    page = desk.get(f"{where}/revisions?limit=2").json()
    assert [one["note"] for one in page["data"]] == ["Restored from revision 1.", None]
    rest = desk.get(page["links"]["next"].removeprefix("http://127.0.0.1:8000")).json()
    assert [one["revision"] for one in rest["data"]] == [1]
    assert rest["links"]["next"] is None
    for query, code in (
        ("?from=9", (404, "revision_not_found")),
        ("", (400, "invalid_parameter")),
        ("?from=0", (400, "invalid_parameter")),
        ("?from=1_0", (400, "invalid_parameter")),
        ("?from=last", (400, "invalid_parameter")),
        ("?from=previous&to=1", (404, "revision_not_found")),
        ("?from=previous&to=8", (404, "revision_not_found")),
    ):
        with subtests.test(query=query, code=code):
            assert problem(desk.get(f"{where}/diff{query}")) == code


def test_a_text_and_the_one_before_it_whatever_their_numbers(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    desk = Newsdesk.of(quiet)
    where = desk.create(title="First")
    for step in ("submit", "return", "submit", "return"):
        desk.act(where, step)
    desk.patch(where, title="Second")
    desk.act(where, "submit")
    desk.patch(where, title="Third")
    numbers = [one["revision"] for one in desk.get(f"{where}/revisions").json()["data"]]
    assert numbers == [8, 6, 1]
    for query, expected in (("", (6, 8)), ("&to=6", (1, 6)), ("&to=8", (6, 8))):
        with subtests.test(query=query, expected=expected):
            told = desk.get(f"{where}/diff?from=previous{query}").json()["data"]
            assert (told["from_revision"], told["to_revision"]) == expected
    for path in ("diff?from=2", "diff?from=1&to=7", "revisions/5"):
        with subtests.test(path=path):
            refused = desk.get(f"{where}/{path}")
            assert problem(refused) == (404, "revision_not_found")
            assert refused.json()["detail"].endswith("near it are: 1, 6, 8.")
    pinned = quiet.client.post(f"{where}/previews", headers=desk.headers, json={"revision": 3})
    assert "1, 6, 8" in pinned.json()["detail"]
    assert "1, 6, 8" in desk.act(where, "revisions/2/restore").json()["detail"]


def test_what_editors_look_for(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk, ben = Newsdesk.of(quiet), Newsdesk.of(quiet, "editor")
    builders.tag(quiet.runtime, "water")
    made = {}
    for title, over in {
        "Draft": {},
        "Río Rímac": {"tags": ["water"], "lang": "es"},
        "Live": {},
        "Aims": {"kind": "page"},
        "Away": {},
        "100% true": {},
    }.items():
        quiet.clock.move(minutes=1)
        made[title] = desk.create(title=title, **over)
    desk.act(made["Live"], "publish")
    ben.patch(made["Live"], title="Newer")
    desk.act(made["Río Rímac"], "submit")
    assert quiet.client.delete(made["Away"], headers=desk.matching(made["Away"])).status_code == 204
    account = desk.data(made["Live"])["changed_by"]["id"]
    for query, titles in {
        "": ["Río Rímac", "Newer", "100% true", "Aims", "Draft"],
        "?state=in_review": ["Río Rímac"],
        "?state=draft,in_review&kind=article": ["Río Rímac", "Newer", "100% true", "Draft"],
        "?state=published": [],
        "?live=true": ["Newer"],
        "?live=false&lang=en": ["100% true", "Aims", "Draft"],
        "?kind=page": ["Aims"],
        "?tag=water": ["Río Rímac"],
        f"?saved_by={account}": ["Newer"],
        "?q=rimac": ["Río Rímac"],
        "?q=Rímac": ["Río Rímac"],
        "?q=%25": ["100% true"],
        "?q=_": [],
        "?trashed=true": ["Away"],
        "?updated_since=2026-03-01T12:06:00Z": ["Río Rímac", "Newer", "100% true"],
    }.items():
        with subtests.test(query=query, titles=titles):
            assert sorted(desk_titles(desk, query)) == sorted(titles)
    seen, address = [], f"{ARTICLES}?limit=2&count=true"
    while address:
        page = desk.get(address).json()
        assert (page["meta"]["total"], page["links"]["prev"]) == (5, None)
        seen += [one["title"] for one in page["data"]]
        address = (page["links"]["next"] or "").removeprefix("http://127.0.0.1:8000")
    assert seen == desk_titles(desk)
    assert len(seen) == 5
    for query, code in (
        ("?state=drafts", "unknown_state"),
        ("?stat=draft", "unknown_parameter"),
        ("?tag=nothing", "unknown_tag"),
        ("?cursor=x", "invalid_cursor"),
        ("?limit=101", "invalid_parameter"),
        ("?saved_by=x", "invalid_parameter"),
        ("?updated_since=soon", "invalid_date"),
    ):
        with subtests.test(query=query, code=code):
            assert problem(desk.get(f"{ARTICLES}{query}")) == (400, code)


def test_a_post_sent_twice_makes_one_article(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    headers = {**desk.headers, "Idempotency-Key": "once"}
    first, again = (quiet.client.post(ARTICLES, headers=headers, json=DRAFT) for _ in range(2))
    assert (first.json(), first.headers["location"]) == (again.json(), again.headers["location"])
    assert kept(quiet)["article"] == 1
    other = quiet.client.post(ARTICLES, headers=headers, json={**DRAFT, "title": "Another"})
    assert other.status_code == 422


@pytest.mark.parametrize("role", ["writer", "editor", "publisher"])
def test_who_may_do_what(quiet: Bench, role: Any, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet, role)
    where = desk.create()
    may = {"submit": True, "approve": role != "writer", "publish": role == "publisher"}
    for act, allowed in may.items():
        with subtests.test(act=act, allowed=allowed):
            answer = desk.act(where, act)
            assert answer.status_code == (200 if allowed else 403)
    operations = [{"op": "publish", "id": desk.data(where)["id"], "revision": 1}]
    bulk = quiet.client.post(
        f"{ARTICLES}/bulk",
        headers=desk.headers,
        json={"mode": "per_item", "operations": operations},
    )
    assert bulk.status_code == (200 if role == "publisher" else 403)


def test_nobody_without_a_token_sees_a_draft(quiet: Bench, subtests: pytest.Subtests) -> None:
    where = Newsdesk.of(quiet).create()
    reader: Headers = bearer(quiet.runtime, "writer", "tokens:own")
    for path in (where, ARTICLES, f"{where}/revisions", f"{where}/diff?from=1"):
        with subtests.test(path=path):
            assert quiet.client.get(path).status_code == 401
            assert quiet.client.get(path, headers=reader).status_code == 403
    assert UUID(where.rsplit("/", 1)[1]).version == 7


def test_letters_that_nobody_sees_hide_no_title_from_editors(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    desk = Newsdesk.of(bench)
    desk.create(title="Reforma consti\u00adtucio\u200bnal", slug="other")
    for q in ("constitucional", "CONSTITUC", "consti\u00adtucional", "\ufeffreforma consti"):
        with subtests.test(q=q):
            assert desk_titles(desk, f"?{urlencode({'q': q})}") == [
                "Reforma consti\u00adtucio\u200bnal"
            ]
    for nothing in ("\u200b", "\u00ad\u3164", "\u2800"):
        with subtests.test(nothing=nothing):
            sent = {"lang": "en", "title": nothing, "slug": "nothing", "body": ""}
            answer = bench.client.post(ARTICLES, headers=desk.headers, json=sent)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "/title"
    made = desk.create(title="Consti\u00adtucional")
    assert desk.data(made)["slug"] == "constitucional"
