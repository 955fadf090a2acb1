"""Media as the world gets them: while some visible publication shows them, and not otherwise."""

import io
import re
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import col, select

from app.changes import head
from app.editorial import articles, media, people, publishing, takedown
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.people import SponsorInput
from app.errors import Conflict, Invalid, WillayError
from app.library.file_names import stored_name
from app.models.change import Change
from app.models.publication import Publication
from app.runtime import open_runtime
from app.storage.protocol import digest_of
from tests import builders
from tests.builders import BY, EDITOR
from tests.conftest import Bench, client_of, store

ALT = {"en": "Two halves", "es": "Dos mitades"}
BASE = "http://127.0.0.1:8000"


def take_down(bench: Bench, key: UUID, reason: str = "The family asked for it.") -> None:
    with bench.runtime.publishing() as tx:
        takedown.take_down(tx, BY, key, None, reason)


def retract(bench: Bench, key: UUID) -> None:
    with bench.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")


def edit(bench: Bench, key: UUID, revision: int, **over: Any) -> tuple[UUID, int]:
    content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
    ready = prepare(content, bench.runtime.site_rules)
    with bench.runtime.database.writing() as tx:
        row = articles.edit(tx, EDITOR, key, revision, ready, bench.runtime.clock())
        return row.id, row.revision


def test_an_article_s_picture_with_all_that_a_front_end_needs(quiet: Bench) -> None:
    said = {"caption": {"en": "In Lima"}, "credit": "Ana", "focal_point": {"x": 0.25, "y": 1.0}}
    key = builders.medium(quiet.runtime, alt=ALT, **said)
    builders.published(quiet.runtime, title="one", image={"media_id": key})
    image = quiet.client.get("/v1/articles/one").json()["data"]["image"]
    address = f"{BASE}/v1/media/{key}"
    assert image == {
        "url": f"{address}/400.jpg",
        "alt": "Two halves",
        "caption": "In Lima",
        "credit": "Ana",
        "width": 400,
        "height": 300,
        "colour": image["colour"],
        "focal_point": {"x": 0.25, "y": 1.0},
        "sizes": [
            {"width": width, "url": f"{address}/{width}.{end}", "type": kind}
            for width in (320, 400)
            for end, kind in (("webp", "image/webp"), ("jpg", "image/jpeg"))
        ],
    }
    assert re.fullmatch(r"#[0-9a-f]{6}", image["colour"])
    assert quiet.client.get("/v1/articles").json()["data"][0]["image"] == image
    for size in image["sizes"]:
        answer = quiet.client.get(size["url"].removeprefix(BASE))
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.width == size["width"]
        assert answer.headers["Content-Type"] == size["type"] == picture.get_format_mimetype()


def test_what_the_article_says_goes_before_what_the_medium_says(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT, credit="Ana")
    own = {"media_id": key, "alt": "Mine", "caption": "Here", "credit": "Luz"}
    builders.published(quiet.runtime, title="own", image=own)
    builders.published(quiet.runtime, title="es", lang="es", image={"media_id": key})
    own_image = quiet.client.get("/v1/articles/own").json()["data"]["image"]
    assert [own_image[name] for name in ("alt", "caption", "credit")] == ["Mine", "Here", "Luz"]
    assert quiet.client.get("/v1/articles/es").json()["data"]["image"]["alt"] == "Dos mitades"


def test_an_image_from_elsewhere_stays_as_it_was(quiet: Bench) -> None:
    external = {"url": "https://example.org/a.jpg", "alt": "A"}
    builders.published(quiet.runtime, title="far", image=external)
    unknown = ("caption", "credit", "width", "height", "colour", "focal_point", "sizes")
    found = quiet.client.get("/v1/articles/far").json()["data"]["image"]
    assert found == {**external, **dict.fromkeys(unknown)}


def test_a_file_is_served_confined_and_kept_no_longer_than_it_may(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    until = quiet.clock.now + timedelta(seconds=20)
    article = builders.draft(quiet.runtime, title="one", image={"media_id": key})
    builders.publish(quiet.runtime, article, until=until)
    answer = quiet.client.get(f"/v1/media/{key}/320.webp")
    content = answer.content
    kept = {name: value for name, value in answer.headers.items() if name != "date"}
    assert kept == {
        "content-type": "image/webp",
        "content-length": str(len(content)),
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=20",
        "surrogate-key": f"media/{key} article/{article[0]} all",
        "willay-sequence": kept["willay-sequence"],
        "etag": f'"{digest_of(content)}"',
        "access-control-allow-origin": "*",
        "access-control-expose-headers": kept["access-control-expose-headers"],
        "x-content-type-options": "nosniff",
    }
    head = quiet.client.head(f"/v1/media/{key}/320.webp")
    assert (head.headers, head.content) == (answer.headers, b"")


def test_conditions_and_ranges(quiet: Bench, subtests: pytest.Subtests) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    builders.published(quiet.runtime, title="one", image={"media_id": key})
    url = f"/v1/media/{key}/400.jpg"
    whole = quiet.client.get(url)
    tag, size = whole.headers["ETag"], len(whole.content)
    for condition in (tag, f'"x", {tag}', "*", f"W/{tag}"):
        with subtests.test(condition=condition):
            answer = quiet.client.get(url, headers={"If-None-Match": condition})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["Cache-Control"] == whole.headers["Cache-Control"]
            assert answer.headers["Surrogate-Key"] == whole.headers["Surrogate-Key"]
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size + 999}", 5, size),
    ):
        with subtests.test(asked=asked, start=start, end=end):
            part = quiet.client.get(url, headers={"Range": asked, "If-Range": tag})
            assert (part.status_code, part.content) == (206, whole.content[start:end])
            assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
    for ignored in ("bytes=", "bytes=-", "bytes=0-1,3-4", "lines=1-2", "bytes=9-3", "bytes=a-b"):
        with subtests.test(ignored=ignored):
            assert quiet.client.get(url, headers={"Range": ignored}).content == whole.content
    other = quiet.client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)
    for beyond in (f"bytes={size}-", "bytes=-0", "bytes=99999999-"):
        with subtests.test(beyond=beyond):
            refused = quiet.client.get(url, headers={"Range": beyond})
            assert (refused.status_code, refused.json()["code"]) == (416, "range_not_satisfiable")
            assert refused.headers["Content-Range"] == f"bytes */{size}"


def test_a_document_is_only_ever_saved(quiet: Bench) -> None:
    pdf = builders.picture("PDF")
    pdf += b"\n<html><script>alert(document.domain)</script>"
    pdf = pdf.replace(b"%%EOF", b"%%%%%") + b"\n%%EOF"
    key = builders.medium(quiet.runtime, pdf)
    body = f"[The report](/v1/media/{key}/original.pdf)"
    builders.published(quiet.runtime, title="one", body=body)
    shown = quiet.client.get("/v1/articles/one").json()["data"]["body_html"]
    assert f'href="{BASE}/v1/media/{key}/original.pdf"' in shown
    answer = quiet.client.get(f"/v1/media/{key}/original.pdf")
    assert answer.content == pdf
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"picture.jpg.pdf\"; filename*=UTF-8''picture.jpg.pdf"
    )


def test_a_body_says_where_its_pictures_are_and_what_they_show(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    elsewhere = f"https://other.example/v1/media/{UUID(int=7)}/1.jpg"
    body = (
        f'<img src="/v1/media/{key}/400.jpg"><p>x</p>'
        f'<img src="https://old.example/api/v1/media/{key}/320.webp"'
        ' alt="Own &quot;words&quot;" width="9">'
        f'<img src="{elsewhere}" alt="">'
    )
    builders.published(quiet.runtime, title="one", body=body, body_format="html")
    files = f"{BASE}/v1/media/{key}"
    sizes = (
        f'srcset="{files}/320.webp 320w, {files}/400.webp 400w" '
        'sizes="auto, 100vw" loading="lazy" decoding="async"'
    )
    assert quiet.client.get("/v1/articles/one").json()["data"]["body_html"] == (
        f'<img src="{files}/400.jpg" alt="Two halves" width="400" height="300" {sizes}>'
        f'<p>x</p><img src="{files}/320.webp" alt="Own &quot;words&quot;" width="9" {sizes}>'
        f'<img src="{elsewhere}" alt="">'
    )
    assert quiet.client.get(f"/v1/media/{key}/320.webp").status_code == 200


def refused(bench: Bench, **over: Any) -> tuple[str, list[tuple[str | None, str]]]:
    draft = builders.draft(bench.runtime, **over)
    with pytest.raises(Invalid) as caught:
        builders.publish(bench.runtime, draft)
    assert bench.client.get("/v1/articles").json()["data"] == []
    return caught.value.code, [(d.pointer, d.message) for d in caught.value.details]


def test_nothing_is_published_that_some_readers_could_not_perceive(quiet: Bench) -> None:
    first = builders.medium(quiet.runtime, alt={"es": "Dos"})
    second = builders.medium(quiet.runtime, builders.picture("PNG"))
    code, details = refused(
        quiet,
        image={"media_id": first},
        body=f"![](/v1/media/{second}/400.jpg) ![](/v1/media/{first}/400.jpg)",
    )
    assert code == "alt_missing"
    assert details == [
        ("/image", f"Give picture.jpg ({first}) an alt text in 'en'."),
        ("/body", f"Give picture.jpg ({second}) an alt text in 'en'."),
    ]
    fit = {"media_id": first, "alt": "Two"}
    own = f"![Half](/v1/media/{second}/400.jpg)"
    builders.published(quiet.runtime, title="fit", image=fit, body=own)
    builders.published(quiet.runtime, title="es", lang="es", image={"media_id": first})


def test_what_is_not_here_cannot_be_shown(quiet: Bench) -> None:
    nobody = UUID(int=9)
    document = builders.medium(quiet.runtime, builders.picture("PDF"))
    for media_id, code in ((nobody, "unknown_media"), (document, "not_an_image")):
        with pytest.raises(Invalid) as caught:
            builders.draft(quiet.runtime, image={"media_id": media_id})
        assert caught.value.code == code
        assert caught.value.details[0].pointer == "/image/media_id"
    assert refused(quiet, body=f"![x](/v1/media/{nobody}/1.jpg)")[0] == "media_missing"


@pytest.mark.parametrize(
    "image",
    [
        {},
        {"alt": "x"},
        {"url": "/v1/media/x", "alt": "x"},
        {"media_id": "x", "alt": "x"},
    ],
)
def test_an_image_is_somewhere(image: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="image"):
        ArticleInput.model_validate({"lang": "en", "title": "x", "image": image})


@pytest.mark.parametrize("said", [{}, {"alt": None}, {"alt": ""}])
def test_an_image_from_elsewhere_says_what_it_shows_before_it_is_published(
    quiet: Bench, said: dict[str, Any]
) -> None:
    image = {"url": "https://x.org/a.jpg", **said}
    key, revision = builders.draft(quiet.runtime, image=image)
    editor = Actor("editor", BY)
    with pytest.raises(Invalid) as caught, quiet.runtime.publishing() as tx:
        publishing.publish(tx, editor, key, revision, quiet.runtime.site_rules)
    assert caught.value.code == "alt_missing"
    assert [detail.pointer for detail in caught.value.details] == ["/image/alt"]


def test_a_file_that_never_was_public_is_nowhere(quiet: Bench, subtests: pytest.Subtests) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    builders.draft(quiet.runtime, image={"media_id": key})
    later = builders.draft(quiet.runtime, image={"media_id": key})
    builders.publish(quiet.runtime, later, at=quiet.clock.now + timedelta(days=1))
    with quiet.runtime.publishing() as tx:
        publishing.cancel(tx, EDITOR, later[0])
    take_down(quiet, key)
    url = f"/v1/media/{key}/320.jpg"
    hidden = quiet.client.get(url)
    none = quiet.client.get(f"/v1/media/{UUID(int=3)}/320.jpg")
    assert hidden.status_code == none.status_code == 404
    assert hidden.json() == none.json()
    tag = f'"{digest_of(b"x")}"'
    for headers in ({"If-None-Match": "*"}, {"If-None-Match": tag}, {"Range": "bytes=0-1"}):
        with subtests.test(headers=headers):
            assert quiet.client.get(url, headers=headers).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *(
            "x/320.jpg",
            "{key}/321.jpg",
            "{key}/320.png",
            "{key}/..%2F320.jpg",
            "{key}/original.pdf",
        ),
        *("{key}/%2e%2e", "urn:uuid:{key}/320.jpg", "{KEY}/320.jpg", "{hex}/320.jpg"),
        *("{key}/320.JPG", "{key}/320.jpg%20", "{key}/" + "a" * 5_000),
    ],
)
def test_a_file_has_one_address(quiet: Bench, path: str) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    builders.published(quiet.runtime, image={"media_id": key})
    url = path.format(key=key, KEY=str(key).upper(), hex=key.hex)
    assert quiet.client.get(f"/v1/media/{url}").status_code == 404
    assert quiet.client.get(f"/v1/media/{key}/320.jpg").status_code == 200


def test_it_goes_with_the_last_article_that_shows_it(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    first = builders.published(quiet.runtime, title="one", image={"media_id": key})
    second = builders.published(quiet.runtime, title="two", body=f"![](/v1/media/{key}/400.jpg)")
    url = f"/v1/media/{key}/400.jpg"
    tag = quiet.client.get(url).headers["ETag"]
    keys = quiet.client.get(url).headers["Surrogate-Key"].split()
    assert keys[0] == f"media/{key}"
    assert set(keys[1:]) == {f"article/{first}", f"article/{second}", "all"}
    retract(quiet, first)
    assert quiet.client.get(url).headers["Surrogate-Key"] == f"media/{key} article/{second} all"
    builders.publish(quiet.runtime, edit(quiet, second, 1))  # the picture left the body
    quiet.clock.move(seconds=1)
    for headers in ({}, {"If-None-Match": tag}, {"Range": "bytes=0-1"}):
        with subtests.test(headers=headers):
            gone = quiet.client.get(url, headers=headers)
            assert gone.status_code == 410
            assert {name: gone.json()[name] for name in ("code", "reason")} == {
                "code": "gone",
                "reason": "removed",
            }
    # An older publication of a live article shows nothing any more; a new one does again.
    builders.publish(quiet.runtime, edit(quiet, second, 2, image={"media_id": key}))
    assert quiet.client.get(url).status_code == 200


def test_a_takedown_holds_at_once_and_everywhere(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT, caption={"en": "A name"})
    body = f"Before ![](/v1/media/{key}/400.jpg) after, [it](/v1/media/{key}/320.jpg)."
    live = builders.published(quiet.runtime, title="one", image={"media_id": key}, body=body)
    later = builders.draft(quiet.runtime, title="two", image={"media_id": key})
    builders.publish(quiet.runtime, later, at=quiet.clock.now + timedelta(hours=1))
    quiet.clock.move(seconds=1)
    before = quiet.client.get("/v1/articles/one")
    take_down(quiet, key)
    url = f"/v1/media/{key}/400.jpg"
    gone = quiet.client.get(url)
    assert (gone.status_code, gone.json()["reason"]) == (410, "removed")
    assert "The family asked for it." in gone.json()["detail"]
    conditional = {"If-None-Match": before.headers["ETag"]}
    after = quiet.client.get("/v1/articles/one", headers=conditional).json()["data"]
    assert after["image"] is None
    assert after["body_html"] == '<p>Before  after, <a rel="noopener noreferrer">it</a>.</p>'
    assert "A name" not in quiet.client.get("/v1/articles").text
    quiet.clock.move(hours=2)
    assert quiet.client.get("/v1/articles/two").json()["data"]["image"] is None
    assert quiet.client.get(url).status_code == 410
    with pytest.raises(Conflict):
        take_down(quiet, key)
    # It comes back neither by publishing again nor by sending the same file.
    with pytest.raises(Invalid) as caught:
        builders.publish(quiet.runtime, (live, 1))
    assert caught.value.code == "media_taken_down"
    with pytest.raises(Conflict, match="taken down"):
        builders.medium(quiet.runtime)


def test_caches_and_mirrors_hear_of_a_takedown(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    live = builders.published(quiet.runtime, title="one", image={"media_id": key})
    builders.published(quiet.runtime, title="other")
    later = builders.draft(quiet.runtime, title="two", image={"media_id": key})
    builders.publish(quiet.runtime, later, at=quiet.clock.now + timedelta(hours=1))

    def log() -> list[tuple[str, str]]:
        with quiet.runtime.database.writing() as tx:
            rows = tx.session.exec(select(Change).order_by(col(Change.sequence)))
            return [(str(row.subject_id), row.cause) for row in rows]

    before = log()
    take_down(quiet, key)
    assert log()[len(before) :] == [(str(live), "media")]


def test_a_service_that_moves_takes_its_media_along(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        key = builders.medium(runtime, alt=ALT)
        builders.published(runtime, title="one", image={"media_id": key})
        moved = runtime.settings.model_copy(update={"api_url": "https://api.example.org/w"})
    with open_runtime(moved) as runtime, client_of(runtime) as client:
        image = client.get("/v1/articles/one").json()["data"]["image"]
        assert image["url"] == f"https://api.example.org/w/v1/media/{key}/400.jpg"


def test_a_missing_file_is_said_and_not_hidden(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt=ALT)
    builders.published(quiet.runtime, image={"media_id": key})
    url = f"/v1/media/{key}/320.jpg"
    digest = digest_of(quiet.client.get(url).content)
    folder = quiet.runtime.settings.data_dir / "media"
    (folder / stored_name(digest, "image/jpeg")).unlink()
    answer = quiet.client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (503, "media_unavailable")


_shades = (f"#{number:06x}" for number in count(1))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "schedule", "edit", "retract", "cancel", "take down", "wait"]),
        st.integers(0, 1),  # which article
        st.integers(0, 1),  # which medium, or none
        st.integers(1, 4),  # seconds
    ),
    max_size=14,
)


@given(steps=STEPS)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_file_answers_exactly_while_something_visible_shows_it(
    quiet: Bench, steps: list[tuple[str, int, int, int]]
) -> None:
    follow(quiet, steps)


def follow(bench: Bench, steps: list[tuple[str, int, int, int]]) -> None:
    runtime, client = bench.runtime, bench.client
    shades = [next(_shades), next(_shades)]
    files = [builders.picture("PNG", (2, 2), left=shade) for shade in shades]
    keys = [builders.medium(runtime, content, alt=ALT) for content in files]
    drafts = [builders.draft(runtime, image={"media_id": key}) for key in keys]
    taken: dict[int, bool] = {}
    said: dict[int | None, str] = {}

    def shown(number: int) -> tuple[bool, bool]:
        """A medium is in some article now, or ever was: by what each publication said when it was
        made and by its interval, without the query under test."""
        with runtime.database.writing() as tx:
            mine_alone = col(Publication.article_id).in_([key for key, _ in drafts])
            rows = list(tx.session.exec(select(Publication).where(mine_alone)))
            now = head(tx).moment(runtime.clock())
        for row in rows:
            said.setdefault(row.id, row.item)
        mine = [row for row in rows if str(keys[number]) in said[row.id]]
        return (
            any(row.visible_from <= now < row.visible_until for row in mine),
            any(row.visible_from <= now and row.visible_from < row.visible_until for row in mine),
        )

    def expected(number: int) -> int:
        now, ever = shown(number)
        if number in taken:
            return 410 if taken[number] else 404
        return 200 if now else 410 if ever else 404

    def act(action: str, which: int, number: int, seconds: int) -> None:
        key, revision = drafts[which]
        later = runtime.clock() + timedelta(seconds=seconds)
        match action:
            case "publish":
                builders.publish(runtime, (key, revision), until=later + timedelta(seconds=3))
            case "schedule":
                builders.publish(runtime, (key, revision), at=later)
            case "edit":
                drafts[which] = edit(bench, key, revision, image={"media_id": keys[number]})
            case "retract":
                retract(bench, key)
            case "cancel":
                with runtime.publishing() as tx:
                    publishing.cancel(tx, EDITOR, key)
            case "take down":
                ever = shown(number)[1]
                take_down(bench, keys[number])
                taken[number] = ever
            case "wait":
                bench.clock.move(seconds=seconds)

    for step in steps:
        with suppress(WillayError):  # not possible now: then nothing may have changed
            act(*step)
        for other in (0, 1):
            answer = client.get(f"/v1/media/{keys[other]}/2.jpg")
            assert answer.status_code == expected(other), (step, other)


def test_a_sponsor_s_logo_is_public_while_the_sponsor_is(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime)
    url = f"/v1/media/{key}/320.jpg"
    today = quiet.clock.now.date()
    logo = f"{BASE}/v1/media/{key}/400.jpg"
    said = SponsorInput(name="Patron", logo=logo, valid_to=today)
    assert quiet.client.get(url).status_code == 404
    with quiet.runtime.publishing() as tx:
        sponsor = people.SPONSORS.add(tx, builders.EDITOR, said).id
    shown = quiet.client.get(url)
    assert shown.headers["Surrogate-Key"] == f"media/{key} sponsor/{sponsor} all"
    with quiet.runtime.database.writing() as tx, pytest.raises(Conflict, match="Patron"):
        media.delete(tx, BY, key, 1, quiet.clock.now)
    quiet.clock.move(days=1)
    gone = quiet.client.get(url)
    assert (gone.status_code, gone.json()["reason"]) == (410, "expired")
    quiet.clock.move(days=-1)
    take_down(quiet, key)
    assert quiet.client.get("/v1/sponsors").json()["data"][0]["logo"] is None
    assert quiet.client.get(url).json()["reason"] == "removed"
