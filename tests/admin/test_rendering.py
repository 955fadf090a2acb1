"""A body rendered before it is saved: as its publication would have it, and nothing is kept."""

from typing import Any
from uuid import uuid4

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench

RENDER = "/v1/admin/render"


def rendered(desk: Newsdesk, body: str, **over: Any) -> Any:
    sent = {"body": body, "lang": "en", **over}
    answer = desk.bench.client.post(RENDER, headers=desk.headers, json=sent)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_it_is_what_its_publication_shows(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    medium = builders.medium(quiet.runtime, alt={"en": "A march"})
    names = quiet.client.get(f"/v1/admin/media/{medium}", headers=desk.headers).json()["data"]
    file = names["files"][0]["path"]
    body = f"## One\n\nTwo **words**.\n\n![]({file})\n\n## One\n\n<script>x</script>"
    found = rendered(desk, body)
    where = desk.create(body=body)
    assert desk.act(where, "publish").status_code == 200
    public = quiet.client.get("/v1/articles/a-title").json()["data"]
    assert found["body_html"] == public["body_html"].replace("http://127.0.0.1:8000", "")
    for name in ("toc", "words", "reading_minutes"):
        assert found[name] == public[name]
    assert [entry["id"] for entry in found["toc"]] == ["h-one", "h-one-2"]
    assert found["removed"] == [{"what": "<script>", "excerpt": "<script>", "count": 1}]
    shown = {"media_id": str(medium), "url": file, "is_picture": True, "alt": "A march"}
    assert found["media"] == [{**shown, "problems": []}]


def test_what_is_wrong_with_media_is_told_and_not_refused(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    mute = builders.medium(quiet.runtime)
    names = quiet.client.get(f"/v1/admin/media/{mute}", headers=desk.headers).json()["data"]
    file = names["files"][0]["path"]
    missing = uuid4()
    body = (
        f"![]({file})\n\n![x](/v1/media/{mute}/none.jpg)\n\n![x](/v1/media/{missing}/w1.jpg)\n\n"
        "[x](/v1/media/nonsense)"
    )
    found = rendered(desk, body)["media"]
    codes = [(one["media_id"], [fault["code"] for fault in one["problems"]]) for one in found]
    both = ["media_missing", "alt_missing"]
    assert codes == [
        (str(mute), both),
        (str(mute), both),
        (str(missing), ["media_missing"]),
        (None, ["media_missing"]),
    ]
    assert quiet.client.get("/v1/admin/articles", headers=desk.headers).json()["data"] == []


def test_links_are_told_with_those_of_ours_that_are_dead(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.published(quiet.runtime, title="Live")
    builders.draft(quiet.runtime, title="Draft")
    gone = builders.published(quiet.runtime, title="Gone")
    where = f"/v1/admin/articles/{gone}"
    assert desk.act(where, "retract", reason="False.").status_code == 200
    addresses = ["/news/live", "/news/draft", "/news/gone", "/donate", "https://else.example/x"]
    addresses += ["/news/%2500", "mailto:ana@example.org"]
    found = rendered(desk, "\n\n".join(f"[to *it*]({url})" for url in [*addresses, "#here"]))
    links = {link["url"]: link["dead"] for link in found["links"]}
    assert list(links) == addresses
    assert {link["text"] for link in found["links"]} == {"to it"}
    assert [url for url, dead in links.items() if dead] == ["/news/draft", "/news/gone"]
    assert links["/news/gone"] == "/news/gone leads to nothing: This article was retracted. False."


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"body": "x" * 2_000_000}, 422, "invalid_field"),
        ({"body": "x" * 5_000_000}, 413, "body_too_large"),
        ({"body": "<div>" * 150_000, "body_format": "html"}, 422, "tangled_body"),
        ({"body": "[" * 20_000}, 422, "tangled_body"),
        ({"body": "x", "lang": "fr"}, 422, "unknown_language"),
        ({"body": "x", "body_format": "rtf"}, 422, "invalid_field"),
        ({"body": "a\x00b"}, 422, "invalid_field"),
        ({"body": "x", "title": "y"}, 422, "unknown_field"),
        ({}, 422, "missing_field"),
    ],
)
def test_the_limits_are_those_of_a_save(
    quiet: Bench, sent: dict[str, Any], status: int, code: str
) -> None:
    desk = Newsdesk.of(quiet, "writer")
    answer = quiet.client.post(RENDER, headers=desk.headers, json={"lang": "en", **sent})
    assert problem(answer) == (status, code)
    assert problem(quiet.client.post(RENDER, json=sent)) == (401, "token_required")
