"""Pictures in a body: their sizes for every screen, and the place that they keep meanwhile."""

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import schema
from app.models.publication import PublicationBody
from app.runtime import Runtime
from tests import builders
from tests.conftest import Bench, MovingClock

BASE = "http://127.0.0.1:8000"


def body_of(bench: Bench, slug: str) -> str:
    return str(bench.client.get(f"/v1/articles/{slug}").json()["data"]["body_html"])


def attributes(tag: str) -> dict[str, str]:
    return dict(re.findall(r' ([a-z]+)="([^"]*)"', tag))


def test_our_pictures_have_every_size_and_load_when_they_are_near(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, builders.picture(size=(1000, 500)), alt={"en": "Halves"})
    body = (
        f"![](/v1/media/{key}/640.jpg)\n\n![Own](/v1/media/{key}/320.webp)\n\n"
        "![Elsewhere](https://other.example/a.jpg)\n\nSee w, /v1/media/x."
    )
    builders.published(quiet.runtime, title="one", slug="one", body=body)
    folder = f"{BASE}/v1/media/{key}"
    first, own, elsewhere = re.findall("<img[^>]*>", body_of(quiet, "one"))
    whole = {
        **{"src": f"{folder}/640.jpg", "alt": "Halves", "width": "640", "height": "320"},
        "srcset": f"{folder}/320.webp 320w, {folder}/640.webp 640w, {folder}/1000.webp 1000w",
        **{"sizes": "auto, 100vw", "loading": "lazy", "decoding": "async"},
    }
    assert attributes(first) == whole
    assert attributes(own) == whole | {
        **{"src": f"{folder}/320.webp", "alt": "Own", "width": "320", "height": "160"}
    }
    assert attributes(elsewhere) == {"src": "https://other.example/a.jpg", "alt": "Elsewhere"}
    for address in attributes(first)["srcset"].split(", "):
        assert quiet.client.get(address.split(" ")[0]).status_code == 200
    change = quiet.client.get("/v1/changes").json()["data"][-1]["item"]
    assert change["body_html"] == body_of(quiet, "one")
    for feed in ("json", "atom", "rss"):
        text = quiet.client.get(f"/v1/feeds/articles.{feed}").text.replace("\\/", "/")
        assert f", {folder}/640.webp 640w" in text, feed
        assert '"/v1/media/' not in text.replace("&quot;", '"')


def test_the_sizes_that_an_editor_gives_stay(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime, alt={"en": "Halves"})
    body = (
        f'<p><img src="/v1/media/{key}/320.jpg" width="100" srcset="/evil 9w" loading="eager"'
        ' sizes="1px" onload="x()"></p>'
    )
    builders.published(quiet.runtime, title="one", slug="one", body=body, body_format="html")
    shown = attributes(body_of(quiet, "one"))
    assert (shown["width"], shown["sizes"], shown["loading"]) == ("100", "auto, 100vw", "lazy")
    assert "height" not in shown
    assert "evil" not in shown["srcset"]
    assert "onload" not in shown


def test_bodies_of_before_are_finished_by_the_migration(
    either: tuple[Runtime, MovingClock],
) -> None:
    runtime, clock = either
    key = builders.medium(runtime, builders.picture(size=(1000, 500)), alt={"en": "Halves"})
    tangled = '## Años: "uno" & dos\n\n## Años: uno & dos\n\n' + "Palabra — sí. " * 300
    bodies = [
        f"## One\n\n![](/v1/media/{key}/640.jpg)\n\n### A *b*[^1]\n\n[^1]: Note.",
        tangled,
        "<h2>a</h2>" * 1_200,
        "秘鲁的水",
        "",
    ]
    for number, body in enumerate(bodies):
        builders.published(runtime, title=f"n{number}", summary="s", body=body)
        clock.move(seconds=1)

    def rows() -> list[Any]:
        with runtime.database.reading() as tx:
            names = sa.select(col(PublicationBody.body_html), col(PublicationBody.outline))
            return [tuple(row) for row in tx.execute(names.order_by(sa.text("publication_id")))]

    now = rows()
    schema.migrate(runtime.database, "0019")
    with runtime.database.altering() as connection:
        old = connection.execute(sa.text("SELECT body_html FROM publication_body")).scalars()
        assert not any("srcset" in body for body in old), (
            "an older version would not find the files"
        )
        for number, (body, _) in enumerate(now, 1):
            before = re.sub(r' id="h-[^"]*"', "", body)
            connection.execute(
                sa.text("UPDATE publication_body SET body_html = :b WHERE publication_id = :n"),
                {"b": re.sub(r' srcset="[^"]*".*?"async"', "", before), "n": number},
            )
    schema.migrate(runtime.database)
    assert rows() == now


def test_what_an_older_version_publishes_meanwhile_is_outlined_when_it_is_read(
    quiet: Bench,
) -> None:
    builders.published(quiet.runtime, title="one", slug="one", body="## Agua\n\nUna palabra.")
    whole = quiet.client.get("/v1/articles/one").json()["data"]
    assert [it["id"] for it in whole["toc"]] == ["h-agua"]
    with quiet.runtime.publishing() as tx:
        body = "<h2>Agua</h2>\n<p>Una palabra.</p>"
        tx.execute(sa.update(PublicationBody).values(body_html=body, outline=None))
        tx.append("article", UUID(whole["id"]), "published")
    assert quiet.client.get("/v1/articles/one").json()["data"] == whole
    change = quiet.client.get("/v1/changes").json()["data"][-1]["item"]
    assert change["body_html"] == whole["body_html"]
