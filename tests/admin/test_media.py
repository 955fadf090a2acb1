"""The desk of media: what is taken, what is refused, and what becomes of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from app import audit
from app.editorial import articles
from app.editorial.content import ArticleInput, prepare
from app.library import garbage
from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench
from tests.media.png import png

MEDIA = "/v1/admin/media"


@pytest.fixture
def headers(quiet: Bench) -> Headers:
    return bearer(quiet.runtime, "publisher")


def upload(bench: Bench, headers: Headers, content: bytes | None = None, **metadata: Any) -> Any:
    form = {"metadata": json.dumps(metadata)} if metadata else {}
    files = {"file": ("photo.jpg", content or builders.picture(), "text/html")}
    return bench.client.post(MEDIA, headers=headers, files=files, data=form)


def total(bench: Bench, headers: Headers) -> int:
    return len(bench.client.get(f"{MEDIA}?limit=100", headers=headers).json()["data"])


def test_a_photograph_comes_in(quiet: Bench, headers: Headers) -> None:
    said = {"alt": {"en": "Two halves"}, "caption": {"es": "En Lima"}, "credit": "Ana"}
    content = builders.picture("PNG")
    answer = upload(quiet, headers, content, **said, focal_point={"x": 0, "y": 1})
    assert answer.status_code == 201
    data = answer.json()["data"]
    key = data["id"]
    assert answer.headers["Location"] == f"{MEDIA}/{key}"
    assert answer.headers["ETag"] == '"1"'
    assert [file["name"] for file in data["files"]] == [
        "320.jpg",
        "320.webp",
        "400.jpg",
        "400.webp",
    ]
    assert data["files"][0] == {
        "name": "320.jpg",
        "path": f"/v1/media/{key}/320.jpg",
        "preview": f"{MEDIA}/{key}/file/320.jpg",
        "media_type": "image/jpeg",
        "bytes": data["files"][0]["bytes"],
        "width": 320,
        "height": 240,
    }
    now = "2026-03-01T12:00:00Z"
    known = {name: value for name, value in data.items() if name not in ("id", "files", "colour")}
    assert known == {
        "kind": "image",
        "name": "photo.jpg",
        "media_type": "image/png",
        "bytes": len(content),
        "width": 400,
        "height": 300,
        "focal_point": {"x": 0.0, "y": 1.0},
        **said,
        "used_by": [],
        "created_by": data["created_by"],
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        "taken_down_at": None,
        "taken_down_reason": None,
        "erased_at": None,
        "notices": [],
    }
    without = {name: value for name, value in data.items() if name != "notices"}
    one = quiet.client.get(f"{MEDIA}/{key}", headers=headers)
    assert (one.json(), one.headers["ETag"]) == ({"data": without}, '"1"')
    assert quiet.client.get(MEDIA, headers=headers).json()["data"] == [without]


def test_a_bare_file_comes_in_too(
    quiet: Bench, headers: Headers, subtests: pytest.Subtests
) -> None:
    for kind, name, shown in (
        ("PDF", "../../secret.key", "secret.key"),
        ("GIF", "C:\\fakepath\\Perú \u202egnp.gif", "Perú gnp.gif"),
        ("WEBP", "a/b/", "upload"),
        ("JPEG", "...", "upload"),
        ("AVIF", "<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
    ):
        with subtests.test(kind=kind, name=name, shown=shown):
            answer = quiet.client.post(
                MEDIA,
                params={"name": name},
                headers={**headers, "Content-Type": "application/octet-stream"},
                content=builders.picture(kind),
            )
            assert answer.status_code == 201, answer.text
            assert answer.json()["data"]["name"] == shown
    folder = quiet.runtime.settings.data_dir
    assert {path.name for path in folder.iterdir() if path.is_dir()} <= {"media", "search"}


def test_an_animation_comes_to_rest_and_it_is_said(quiet: Bench, headers: Headers) -> None:
    still = Image.new("RGB", (400, 300), "lime")
    content = builders.picture("GIF", save_all=True, append_images=[still])
    notices = upload(quiet, headers, content).json()["data"]["notices"]
    assert notices == ["Only the first picture of the animation was kept."]


def test_the_same_file_is_one_medium(quiet: Bench, headers: Headers) -> None:
    first = upload(quiet, headers, alt={"en": "Mine"})
    again = upload(quiet, headers, alt={"en": "Other"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["data"]["alt"] == {"en": "Mine"}
    assert "Location" not in again.headers
    with ThreadPoolExecutor(4) as threads:
        content = builders.picture("PNG")
        sent = [threads.submit(upload, quiet, headers, content) for _ in range(4)]
        answers = [one.result() for one in sent]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert total(quiet, headers) == 2


def test_a_repeated_request_is_answered_alike(quiet: Bench, headers: Headers) -> None:
    keyed = {**headers, "Idempotency-Key": "one"}
    first, again = upload(quiet, keyed), upload(quiet, keyed)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = upload(quiet, keyed, builders.picture("PNG"))
    assert problem(other) == (422, "idempotency_key_reused")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (SVG, 415, "unsupported_media"),
        (b"<script>alert(1)</script>", 415, "unsupported_media"),
        (b"\xff\xd8\xff\xe0 and nothing more", 422, "broken_media"),
        (png(60_000, 60_000), 422, "too_many_pixels"),
        (b"%PDF-1.7\n cut off", 422, "broken_media"),
        (b"\xff\xd8\xff" + b"x" * 60_000, 413, "media_too_large"),
    ],
)
def test_what_is_refused_leaves_nothing(
    quiet: Bench, headers: Headers, content: bytes, status: int, code: str
) -> None:
    small = quiet.runtime.settings.model_copy(update={"media_max_bytes": 50_000})
    object.__setattr__(quiet.runtime, "settings", small)
    assert problem(upload(quiet, headers, content)) == (status, code)
    bare = {**headers, "Content-Type": "image/jpeg"}
    assert problem(quiet.client.post(MEDIA, headers=bare, content=content)) == (status, code)
    assert total(quiet, headers) == 0
    found = garbage.scan_files(quiet.runtime)
    assert (found.files, found.unnamed, found.missing) == (0, 0, 0)


def test_an_upload_without_a_length_is_bounded_too(quiet: Bench, headers: Headers) -> None:
    small = quiet.runtime.settings.model_copy(update={"media_max_bytes": 50_000})
    object.__setattr__(quiet.runtime, "settings", small)
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        yield b"\xff\xd8\xff"
        for number in range(1_000):
            read.append(number)
            yield b"x" * 10_000

    bare = {**headers, "Content-Type": "image/jpeg"}
    answer = quiet.client.post(MEDIA, headers=bare, content=endless())
    assert problem(answer) == (413, "media_too_large")
    form = {**headers, "Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    answer = quiet.client.post(
        MEDIA, headers=form, content=(head if n == 0 else b"x" * 10_000 for n in range(1_000))
    )
    assert problem(answer) == (413, "media_too_large")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"files": {"filet": b"x"}}, 400, "unknown_field"),
        ({"files": {"file": b"x"}, "data": {"alt": "x"}}, 400, "unknown_field"),
        ({"data": {"file": "x"}, "files": {"metadata": b"{}"}}, 400, "missing_field"),
        ({"files": [("file", b"x"), ("file", b"y")]}, 400, "malformed_form"),
        ({"files": {"file": b"x"}, "data": {"metadata": "{"}}, 400, "malformed_json"),
        ({"files": {"file": b"x"}, "data": {"metadata": '{"id": 1}'}}, 422, "unknown_field"),
        ({"files": {"file": b"x"}, "data": {"metadata": '{"alt": 1}'}}, 422, "invalid_field"),
        (
            {"files": {"file": b"x"}, "data": {"metadata": '{"alt": {"fr": "x"}}'}},
            422,
            "unknown_language",
        ),
        (
            {"files": {"file": b"x"}, "data": {"metadata": '{"focal_point": {"x": 1.1, "y": 0}}'}},
            422,
            "invalid_field",
        ),
        ({"files": {"file": b"x"}, "data": {"metadata": "x" * 100_001}}, 400, "malformed_form"),
    ],
)
def test_a_form_that_is_wrong(
    quiet: Bench, headers: Headers, form: dict[str, Any], status: int, code: str
) -> None:
    assert problem(quiet.client.post(MEDIA, headers=headers, **form)) == (status, code)
    assert total(quiet, headers) == 0


def test_more_uploads_than_there_are_places_are_told_to_wait(
    quiet: Bench, headers: Headers
) -> None:
    quiet.runtime.uploads._waiting = 8
    answer = upload(quiet, headers)
    assert problem(answer) == (503, "overloaded")
    assert answer.headers["Retry-After"] == "1"
    quiet.runtime.uploads._waiting = 0
    assert upload(quiet, headers).status_code == 201


def test_what_is_said_of_a_medium_changes_by_revision(quiet: Bench, headers: Headers) -> None:
    said = {"alt": {"en": "A"}, "credit": "Ana", "focal_point": {"x": 0.1, "y": 0.2}}
    where = upload(quiet, headers, **said).headers["Location"]

    def patch(revision: str | None, **change: Any) -> Any:
        sent = {**headers, "If-Match": revision} if revision else headers
        return quiet.client.patch(where, headers=sent, json=change)

    assert problem(patch(None, credit="x")) == (428, "if_match_required")
    changed = patch('"1"', alt={"en": "B", "es": "Be"}, credit=None)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    data = changed.json()["data"]
    assert [data[name] for name in ("alt", "credit", "focal_point")] == [
        {"en": "B", "es": "Be"},
        None,
        {"x": 0.1, "y": 0.2},
    ]
    stale = patch('"1"', credit="x")
    assert problem(stale) == (412, "stale_revision")
    assert stale.json()["current_revision"] == 2
    assert problem(patch('"2"', alt={"fr": "x"})) == (422, "unknown_language")
    assert problem(patch('"2"', alt={"en": " "})) == (422, "invalid_field")
    assert problem(patch('"2"', sha256="x")) == (422, "unknown_field")
    assert quiet.client.get(where, headers=headers).json()["data"] == data


def test_a_preview_is_for_editors_alone(quiet: Bench, headers: Headers) -> None:
    data = upload(quiet, headers).json()["data"]
    preview = data["files"][0]["preview"]
    shown = quiet.client.get(preview, headers=headers)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(shown.content) == data["files"][0]["bytes"]
    assert problem(quiet.client.get(preview)) == (401, "token_required")
    assert problem(quiet.client.get(data["files"][0]["path"])) == (404, "media_not_found")
    none = quiet.client.get(f"{MEDIA}/{data['id']}/file/1.jpg", headers=headers)
    assert problem(none) == (404, "media_not_found")


def test_what_an_article_shows_is_not_deleted(quiet: Bench, headers: Headers) -> None:
    key = upload(quiet, headers, alt={"en": "x"}).json()["data"]["id"]
    where, first = f"{MEDIA}/{key}", {**headers, "If-Match": '"1"'}
    article = builders.draft(quiet.runtime, title="one", image={"media_id": UUID(key)})
    assert quiet.client.get(where, headers=headers).json()["data"]["used_by"] == [
        {"kind": "article", "id": str(article[0]), "title": "one", "lang": "en", "state": "draft"}
    ]
    refused = quiet.client.delete(where, headers=first)
    assert problem(refused) == (409, "media_in_use")
    assert "one" in refused.json()["detail"]
    builders.publish(quiet.runtime, article)
    down = quiet.client.post(f"{where}/takedown", headers=first, json={"reason": "A minor."})
    assert (down.status_code, down.headers["ETag"]) == (200, '"2"')
    data = down.json()["data"]
    assert (data["taken_down_reason"], data["taken_down_at"][:10]) == ("A minor.", "2026-03-01")
    assert problem(upload(quiet, headers)) == (409, "media_taken_down")
    again = quiet.client.post(
        f"{where}/takedown", headers={**headers, "If-Match": '"2"'}, json={"reason": "x"}
    )
    assert problem(again) == (409, "media_taken_down")
    # Once it is down its files and texts may go; its address says so for good.
    assert quiet.client.delete(where, headers={**headers, "If-Match": '"2"'}).status_code == 204
    erased = quiet.client.get(where, headers=headers).json()["data"]
    assert (erased["files"], erased["alt"], erased["name"]) == ([], {}, "erased")
    assert total(quiet, headers) == 0
    gone = quiet.client.get(f"/v1/media/{key}/320.jpg")
    assert problem(gone) == (410, "gone")
    assert "A minor." in gone.json()["detail"]
    assert problem(upload(quiet, headers)) == (409, "media_taken_down")


def test_what_was_public_once_is_not_deleted_either(quiet: Bench, headers: Headers) -> None:
    key = upload(quiet, headers, alt={"en": "x"}).json()["data"]["id"]
    article = builders.published(quiet.runtime, image={"media_id": UUID(key)})
    content = ArticleInput(lang="en", title="Without")
    with quiet.runtime.database.writing() as tx:
        ready = prepare(content, quiet.runtime.site_rules)
        articles.edit(tx, builders.EDITOR, article, 1, ready, quiet.clock.now)
    first = {**headers, "If-Match": '"1"'}
    answer = quiet.client.delete(f"{MEDIA}/{key}", headers=first)
    assert problem(answer) == (409, "media_in_use")
    assert quiet.client.get(f"/v1/media/{key}/320.jpg").status_code == 200


def test_what_nothing_shows_is_deleted(quiet: Bench, headers: Headers) -> None:
    where = upload(quiet, headers).headers["Location"]
    assert problem(quiet.client.delete(where, headers=headers)) == (428, "if_match_required")
    first = {**headers, "If-Match": '"1"'}
    assert quiet.client.delete(where, headers=first).status_code == 204
    assert problem(quiet.client.get(where, headers=headers)) == (404, "media_not_found")
    assert problem(quiet.client.delete(where, headers=first)) == (404, "media_not_found")
    assert upload(quiet, headers).status_code == 201


def test_who_may_not_publish_may_not_unpublish_a_picture(quiet: Bench) -> None:
    writer = bearer(quiet.runtime, "writer")
    where = upload(quiet, writer).headers["Location"]
    first = {**writer, "If-Match": '"1"'}
    answer = quiet.client.post(f"{where}/takedown", headers=first, json={"reason": "x"})
    assert problem(answer) == (403, "scope_missing")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "a\nb", "\x00", None, 1])
def test_a_takedown_needs_a_reason(quiet: Bench, headers: Headers, reason: Any) -> None:
    where = upload(quiet, headers).headers["Location"]
    first = {**headers, "If-Match": '"1"'}
    answer = quiet.client.post(f"{where}/takedown", headers=first, json={"reason": reason})
    assert answer.status_code == 422


def test_the_list_is_walked_by_cursor(quiet: Bench, headers: Headers) -> None:
    keys = []
    for number in range(5):
        quiet.clock.move(seconds=1)
        keys.append(str(builders.medium(quiet.runtime, builders.picture("PNG", (2 + number, 2)))))
    builders.medium(quiet.runtime, builders.picture("PDF"))
    url: str | None = f"{MEDIA}?limit=2&kind=image"
    walked: list[str] = []
    while url is not None:
        page = quiet.client.get(url, headers=headers).json()
        walked += [one["id"] for one in page["data"]]
        url = page["links"]["next"] and page["links"]["next"].removeprefix("http://127.0.0.1:8000")
    assert walked == keys[::-1]
    other = quiet.client.get(f"{MEDIA}?cursor=x", headers=headers)
    assert problem(other) == (400, "invalid_cursor")
    assert problem(quiet.client.get(f"{MEDIA}?kind=video", headers=headers))[0] == 400


def test_every_act_is_in_the_audit(quiet: Bench, headers: Headers) -> None:
    key = upload(quiet, headers, alt={"en": "A"}).json()["data"]["id"]
    where = f"{MEDIA}/{key}"
    quiet.client.patch(where, headers={**headers, "If-Match": '"1"'}, json={"alt": {"en": "B"}})
    quiet.client.post(
        f"{where}/takedown", headers={**headers, "If-Match": '"2"'}, json={"reason": "Asked."}
    )
    quiet.client.delete(where, headers={**headers, "If-Match": '"3"'})
    with quiet.runtime.database.reading() as tx:
        page = audit.list_events(tx, audit.AuditFilter(subject_kind="media", subject_id=key))
    acts = [(entry.action, entry.before, entry.after) for entry in reversed(page.entries)]
    assert [act for act, _, _ in acts] == ["create", "update", "take_down", "delete"]
    assert acts[1][1:] == ({"alt": {"en": "A"}}, {"alt": {"en": "B"}})
    assert acts[2][1:] == ({"reason": None}, {"reason": "Asked."})
    assert all(entry.by.account_id for entry in page.entries)


def test_a_file_that_comes_again_brings_what_nobody_wrote_yet(
    quiet: Bench, headers: Headers
) -> None:
    first = upload(quiet, headers, alt={"en": "Two halves"}).json()["data"]
    said = {"alt": {"en": "Another", "es": "Dos mitades"}, "caption": {"en": "In Lima"}}
    again = upload(quiet, headers, **said, credit="Ana", focal_point={"x": 0, "y": 1})
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    data = again.json()["data"]
    assert data["id"] == first["id"]
    assert data["alt"] == {"en": "Two halves", "es": "Dos mitades"}
    assert (data["caption"], data["credit"]) == ({"en": "In Lima"}, "Ana")
    assert data["focal_point"] == {"x": 0, "y": 1}
    assert data["notices"] == [
        "The file was here already; its alt in 'es', caption in 'en', credit, focal point"
        " is added.",
        "The file was here already; its alt in 'en' stays as it was;"
        " change the medium to replace it.",
    ]
    same = upload(quiet, headers, **said, credit="Ana", focal_point={"x": 0, "y": 1})
    assert same.headers["ETag"] == '"2"'
    assert len(same.json()["data"]["notices"]) == 1
    assert upload(quiet, headers).json()["data"]["notices"] == []


@pytest.mark.parametrize("body_format", ["markdown", "html"])
def test_a_file_that_a_medium_does_not_have_is_refused_when_it_is_saved(
    quiet: Bench, headers: Headers, body_format: str, subtests: pytest.Subtests
) -> None:
    image = upload(quiet, headers, alt={"en": "Halves"}).json()["data"]["id"]
    document = upload(quiet, headers, builders.picture("PDF")).json()["data"]["id"]

    def saved(url: str, *, shows: bool) -> Any:
        written = f'<img src="{url}" alt="x">' if shows else f'<a href="{url}">x</a>'
        if body_format == "markdown":
            written = f"{'!' * shows}[x]({url})"
        sent = {"lang": "en", "title": "T", "body": written, "body_format": body_format}
        return quiet.client.post("/v1/admin/articles", headers=headers, json=sent)

    for place, shows, code in (
        (f"{image}/original.jpg", True, "media_missing"),
        (f"{image}/640.webp", True, "media_missing"),  # it is 400 wide
        (f"{image}/paper.pdf", False, "media_missing"),
        (f"{document}/400.jpg", True, "media_missing"),
        (f"{document}/original.pdf", True, "not_an_image"),
        (image, False, "media_missing"),
        ("paper.pdf", False, "media_missing"),
    ):
        with subtests.test(place=place, shows=shows, code=code):
            answer = saved(f"/v1/media/{place}", shows=shows)
            assert problem(answer) == (422, code)
            assert answer.json()["errors"][0]["pointer"] == "/body"
    for place, shows in (
        (f"{image}/400.jpg?v=2", True),
        (f"{image.upper()}/400.webp", True),
        (f"{document}/original.pdf#page=3", False),
    ):
        with subtests.test(place=place, shows=shows):
            answer = saved(f"/v1/media/{place}", shows=shows)
            assert answer.status_code == 201
            key = answer.json()["data"]["id"]
            assert key in [
                used["id"]
                for kind in (image, document)
                for used in quiet.client.get(f"{MEDIA}/{kind}", headers=headers).json()["data"][
                    "used_by"
                ]
            ]
    elsewhere = saved(f"https://other.example/v1/media/{UUID(int=7)}/1.jpg", shows=True)
    assert elsewhere.status_code == 201
    lead = {"url": f"https://other.example/v1/media/{image}/9.jpg", "alt": "x"}
    sent = {"lang": "en", "title": "T", "image": lead}
    answer = quiet.client.post("/v1/admin/articles", headers=headers, json=sent)
    assert problem(answer) == (422, "media_missing")
    assert answer.json()["errors"][0]["pointer"] == "/image/url"


def test_a_character_that_no_text_has_is_refused_with_its_name(
    quiet: Bench, headers: Headers
) -> None:
    sent = {"lang": "en", "title": "T", "body": "â€œHola\u00e2\u20ac\u009d"}
    answer = quiet.client.post("/v1/admin/articles", headers=headers, json=sent)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/body"
    assert "U+009D" in error["message"]
    assert "write what it stood for" in error["message"]
