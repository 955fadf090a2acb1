"""A better file takes the place of a medium's, and nothing else changes."""

from typing import Any
from uuid import UUID

import pytest

from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

MEDIA = "/v1/admin/media"


@pytest.fixture
def headers(quiet: Bench) -> Headers:
    return bearer(quiet.runtime, "publisher")


def replaced(
    bench: Bench, headers: Headers, key: object, content: bytes, revision: int = 1, **form: Any
) -> Any:
    return bench.client.put(
        f"{MEDIA}/{key}/file",
        headers={**headers, "If-Match": f'"{revision}"'},
        files={"file": ("better.png", content)},
        data=form,
    )


def test_articles_show_the_better_picture_at_their_old_addresses(
    quiet: Bench, headers: Headers
) -> None:
    first = builders.picture("PNG", (400, 300), "red")
    key = builders.medium(quiet.runtime, first, alt={"en": "A lake"}, credit="Ana")
    body = f"![](/v1/media/{key}/400.jpg)"
    builders.published(quiet.runtime, title="One", body=body, image={"media_id": key})
    image = quiet.client.get("/v1/articles/one").json()["data"]["image"]
    before = {size["url"]: quiet.client.get(size["url"]) for size in image["sizes"]}
    cursor = quiet.client.get("/v1/changes").json()["meta"]["cursor"]
    better = builders.picture("PNG", (1300, 975), "green")
    answer = replaced(quiet, headers, key, better)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["id"], data["revision"], data["width"]) == (str(key), 2, 1300)
    assert (data["alt"], data["credit"], data["name"]) == ({"en": "A lake"}, "Ana", "better.png")
    widths = {file["width"] for file in data["files"]}
    assert widths == {320, 400, 640, 1200, 1300}
    for url, old in before.items():
        new = quiet.client.get(url)
        assert new.status_code == 200, url
        assert new.content != old.content
        assert new.headers["etag"] != old.headers["etag"]
    changes = quiet.client.get(f"/v1/changes?cursor={cursor}").json()["data"]
    assert [change["slug"] for change in changes] == ["one"]


def test_what_does_not_fit_is_refused(quiet: Bench, headers: Headers) -> None:
    key = builders.medium(quiet.runtime, builders.picture("PNG", (400, 300)))
    other = builders.picture("PNG", (640, 480), "yellow")
    builders.medium(quiet.runtime, other)
    narrow, wide = (builders.picture("PNG", size, "pink") for size in ((320, 240), (800, 600)))
    text = '{"alt": {"en": "x"}}'
    assert problem(replaced(quiet, headers, key, narrow)) == (422, "narrower_picture")
    assert problem(replaced(quiet, headers, key, other)) == (409, "known_file")
    assert problem(replaced(quiet, headers, key, builders.picture("PDF"))) == (422, "other_kind")
    assert problem(replaced(quiet, headers, key, b"x" * 400)) == (415, "unsupported_media")
    assert problem(replaced(quiet, headers, key, wide, 7)) == (412, "stale_revision")
    assert problem(replaced(quiet, headers, key, wide, metadata=text)) == (422, "texts_with_file")
    nobody = replaced(quiet, headers, UUID(int=7), wide)
    assert problem(nobody) == (404, "media_not_found")
    down = {**headers, "If-Match": '"1"'}
    quiet.client.post(f"{MEDIA}/{key}/takedown", headers=down, json={"reason": "A minor."})
    assert problem(replaced(quiet, headers, key, wide, 2)) == (409, "media_taken_down")


def test_the_same_file_again_changes_nothing(quiet: Bench, headers: Headers) -> None:
    content = builders.picture("PNG", (400, 300))
    key = builders.medium(quiet.runtime, content)
    answer = replaced(quiet, headers, key, content)
    assert (answer.status_code, answer.json()["data"]["revision"]) == (200, 1)


def test_a_document_may_be_put_right(quiet: Bench, headers: Headers) -> None:
    key = builders.medium(quiet.runtime, builders.picture("PDF", (30, 30)))
    body = f"[paper](/v1/media/{key}/original.pdf)"
    builders.published(quiet.runtime, title="One", body=body)
    before = quiet.client.get(f"/v1/media/{key}/original.pdf").content
    assert replaced(quiet, headers, key, builders.picture("PDF", (60, 60))).status_code == 200
    assert quiet.client.get(f"/v1/media/{key}/original.pdf").content != before
