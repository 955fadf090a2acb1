"""Changes and thin messages lead a front end to every page that shows the thing, now or before."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import aliases, articles, importing, people, publishing, tag_merge, tags
from app.editorial.content import prepare
from app.editorial.tags import TagInput
from app.runtime import Runtime
from tests import builders
from tests.admin.desk import bearer
from tests.builders import EDITOR
from tests.conftest import Bench, client_of, store
from tests.partners.partner import following, partner, settled, subscribed

SITE = "https://site.example"
PLACE = ("article_kind", "slug", "lang", "tags", "url")


@contextmanager
def bench_with(folder: Path, **templates: str) -> Iterator[Bench]:
    with (
        store(None, folder, serve_worker=False, **templates) as (runtime, clock),
        client_of(runtime) as client,
    ):
        yield Bench(runtime, clock, client)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Bench]:
    with bench_with(tmp_path, site_url=SITE) as bench:
        yield bench


def changes(bench: Bench) -> dict[str, Any]:
    """The last change of each thing, by its id."""
    return {one["id"]: one for one in bench.client.get("/v1/changes").json()["data"]}


def place(change: dict[str, Any]) -> tuple[Any, ...]:
    slugs = None if change["tags"] is None else [tag["slug"] for tag in change["tags"]]
    return tuple(slugs if name == "tags" else change[name] for name in PLACE)


def revise(runtime: Runtime, key: UUID, **over: Any) -> None:
    """Publish a text with another slug, kind or language."""
    with runtime.publishing() as tx:
        copy = articles.read(tx, key)
        content = prepare(copy.content.model_copy(update=over), runtime.site_rules)
        saved = articles.edit(tx, EDITOR, key, copy.article.revision, content, tx.moment)
        publishing.publish(tx, EDITOR, key, saved.revision, runtime.site_rules)


def retract(runtime: Runtime, key: UUID) -> None:
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")


def test_a_change_says_where_the_thing_is_shown(site: Bench) -> None:
    runtime = site.runtime
    mines = builders.tag(runtime, "mines")
    story = builders.published(runtime, title="Story", lang="es", slug="story", tags=("mines",))
    page = builders.published(runtime, title="About", slug="about", kind="page")
    with runtime.publishing() as tx:
        sponsor = people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="Trust")).id
    event = builders.event(runtime)
    told = changes(site)
    assert place(told[str(mines)]) == (None, "mines", None, None, f"{SITE}/tags/mines")
    assert place(told[str(story)]) == (
        *("article", "story", "es", ["mines"]),
        f"{SITE}/news/story",
    )
    assert place(told[str(page)]) == ("page", "about", "en", [], f"{SITE}/about")
    for key in (sponsor, event):
        assert place(told[str(key)]) == (None,) * 5
    assert told[str(story)]["tags"] == told[str(story)]["item"]["tags"]
    retract(runtime, story)
    told = changes(site)
    # Its tags' pages showed it too.
    assert place(told[str(story)]) == ("article", "story", "es", ["mines"], None)
    assert told[str(story)]["paths"] == ["/news/story", "/story"]
    with runtime.publishing() as tx:
        builders_tag = tags.create(tx, EDITOR, TagInput(slug="oil", names={"en": "Oil"}))
        tag_merge.merge(tx, EDITOR, mines, None, builders_tag.slug)
    told = changes(site)
    assert place(told[str(mines)]) == (None,) * 5
    assert told[str(mines)]["paths"] == ["/tags/mines", "/mines"]


def test_without_a_site_nothing_has_an_address(quiet: Bench) -> None:
    key = builders.published(quiet.runtime, title="Story", slug="story")
    tag = builders.tag(quiet.runtime, "mines")
    told = changes(quiet)
    assert {told[str(one)]["url"] for one in (key, tag)} == {None}
    retract(quiet.runtime, key)
    assert changes(quiet)[str(key)]["paths"] == ["/news/story", "/story"]


def test_a_text_that_is_to_come_is_not_told(site: Bench) -> None:
    """Neither by its slug nor by its tags, while the text before it is shown or after it ended."""
    runtime = site.runtime
    for slug in ("old", "secret"):
        builders.tag(runtime, slug)
    key = builders.published(runtime, title="Story", slug="story", tags=("old",))
    with runtime.publishing() as tx:
        copy = articles.read(tx, key)
        over = {"slug": "secret-slug", "tags": ("secret",)}
        content = prepare(copy.content.model_copy(update=over), runtime.site_rules)
        saved = articles.edit(tx, EDITOR, key, copy.article.revision, content, tx.moment)
        at = tx.moment + timedelta(hours=1)
        publishing.publish(tx, EDITOR, key, saved.revision, runtime.site_rules, at=at)
    told = changes(site)[str(key)]
    assert place(told)[1:4] == ("story", "en", ["old"])
    retract(runtime, key)
    answer = site.client.get("/v1/changes")
    assert "secret-slug" not in answer.text
    assert place(changes(site)[str(key)])[1:4] == ("story", "en", ["old"])


TEMPLATES = {
    "site_url": f"{SITE}/peru",
    "article_url": "{site}/{lang}/actualités/{slug}/",
    "page_url": "{site}/p/{slug}",
    "tag_url": "{site}/{lang}/tags/{slug}",
}


def test_the_end_of_a_thing_names_every_page_that_showed_it(tmp_path: Path) -> None:
    """In another language and under another slug, here and where it came from."""
    with bench_with(tmp_path, **TEMPLATES) as bench:
        runtime = bench.runtime
        key = builders.published(runtime, title="T", slug="first")
        revise(runtime, key, slug="second")
        revise(runtime, key, lang="es")
        with runtime.publishing() as tx:
            assert importing.keep_former_slug(tx, key, "imported")
            aliases.upsert(tx, EDITOR, "/old.php?id=7", "second", None)
        upsert = changes(bench)[str(key)]
        assert upsert["url"] == f"{SITE}/peru/es/actualit%C3%A9s/second/"
        former = [
            "/old.php?id=7",
            "/peru/en/actualités/first",
            "/first",
            "/peru/en/actualités/imported",
            "/imported",
            "/peru/es/actualités/imported",
            "/peru/en/actualités/second",
            "/second",
        ]
        assert upsert["paths"] == upsert["item"]["paths"] == former
        retract(runtime, key)
        delete = changes(bench)[str(key)]
        assert set(delete["paths"]) == {*former, "/peru/es/actualités/second"}
        for path in delete["paths"]:
            gone = bench.client.get("/v1/resolve", params={"path": path})
            assert gone.status_code == 410, path


def test_the_end_of_a_tag_names_its_pages_in_each_language(tmp_path: Path) -> None:
    with bench_with(tmp_path, **TEMPLATES) as bench:
        runtime = bench.runtime
        mines, oil = (builders.tag(runtime, slug) for slug in ("mines", "oil"))
        with runtime.publishing() as tx:
            tags.update(tx, EDITOR, mines, TagInput(slug="mining", names={"en": "Mining"}))
            assert importing.keep_former_tag_slug(tx, mines, "minas")
            aliases.upsert(tx, EDITOR, "/minery", None, None, "mining")
        told = changes(bench)[str(mines)]
        assert told["url"] == f"{SITE}/peru/en/tags/mining"

        def pages(*slugs: str) -> list[str]:
            forms = ("/peru/en/tags/{}", "/peru/es/tags/{}", "/{}")
            return [form.format(slug) for slug in slugs for form in forms]

        assert told["paths"] == ["/minery", *pages("minas", "mines")]
        with runtime.publishing() as tx:
            tag_merge.merge(tx, EDITOR, mines, None, "oil")
        told = changes(bench)
        every = ["/minery", *pages("minas", "mines", "mining")]
        assert told[str(mines)]["paths"] == told[str(oil)]["paths"] == every
        for path in every:
            answer = bench.client.get("/v1/resolve", params={"path": path}).json()["data"]
            assert (answer["status"], answer["slug"]) == (301, "oil")


def test_nobody_is_told_to_take_down_the_page_of_another(quiet: Bench) -> None:
    """A slug may be an article's and a tag's; an alias may become the page of something new."""
    runtime = quiet.runtime
    land, water = (builders.tag(runtime, slug) for slug in ("land", "water"))
    story = builders.published(runtime, title="Story", slug="story")
    with runtime.publishing() as tx:
        aliases.upsert(tx, EDITOR, "/news/later", "story", None)
        aliases.upsert(tx, EDITOR, "/tags/song", "story", None)
        aliases.upsert(tx, EDITOR, "/history", None, None, "water")
    builders.published(runtime, title="Later", slug="later")
    builders.published(runtime, title="Land", slug="land", kind="page")
    builders.published(runtime, title="History", slug="history", kind="page")
    builders.tag(runtime, "song")
    assert changes(quiet)[str(story)]["paths"] == []
    retract(runtime, story)
    with runtime.publishing() as tx:
        tag_merge.remove(tx, EDITOR, land, None)
        tag_merge.remove(tx, EDITOR, water, None)
    told = changes(quiet)
    assert told[str(story)]["paths"] == ["/news/story", "/story"]
    assert told[str(land)]["paths"] == ["/tags/land"]
    assert told[str(water)]["paths"] == ["/tags/water", "/water"]


def test_full_and_thin_messages_say_the_same_but_for_the_item(site: Bench) -> None:
    runtime = site.runtime
    with partner() as full, partner() as thin, following(runtime) as follower:
        subscribed(runtime, full.url)
        subscribed(runtime, thin.url, payload="thin")
        settled(follower)
        builders.tag(runtime, "mines")
        key = builders.published(runtime, title="Story", slug="story", tags=("mines",))
        page = builders.published(runtime, title="About", slug="about", kind="page")
        settled(follower)
        revise(runtime, page, slug="about-us")
        retract(runtime, key)
        settled(follower)
        heard = [one.said["data"] for one in thin.messages]
        whole = [one.said["data"] for one in full.messages]
        assert heard == [
            {name: value for name, value in data.items() if name != "item"} for data in whole
        ]
        feed = changes(site)
        assert whole[-2:] == [feed[str(page)], feed[str(key)]]
        assert [place(data) for data in heard] == [
            (None, "mines", None, None, f"{SITE}/tags/mines"),
            ("article", "story", "en", ["mines"], f"{SITE}/news/story"),
            ("page", "about", "en", [], f"{SITE}/about"),
            ("page", "about-us", "en", [], f"{SITE}/about-us"),
            ("article", "story", "en", ["mines"], None),
        ]
        assert [data["paths"] for data in heard[-2:]] == [["/about"], ["/news/story", "/story"]]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (None, None),
        ("{site}/preview/{token}", SITE + "/preview/{}"),
        ("{site}/vista previa#{token}", SITE + "/vista%20previa#{}"),
        ("https://draft.example/?t={token}", "https://draft.example/?t={}"),
    ],
)
def test_a_preview_has_an_address_at_the_site(
    tmp_path: Path, template: str | None, expected: str | None
) -> None:
    with bench_with(
        tmp_path, site_url=SITE, **({"preview_url": template} if template else {})
    ) as b:
        key, _ = builders.draft(b.runtime)
        editor = {**bearer(b.runtime, "editor"), "Idempotency-Key": "1"}
        where = f"/v1/admin/articles/{key}/previews"
        made = b.client.post(where, headers=editor).json()["data"]
        token = made["token"]
        assert made["site_url"] == (expected and expected.format(token))
        assert made["url"] == f"{b.runtime.settings.public_url}/v1/preview/{token}"
        assert b.client.get(f"/v1/preview/{token}").status_code == 200
        again = b.client.post(where, headers=editor).json()["data"]
        assert (again["token"], again["url"], again["site_url"]) == (None, None, None)
