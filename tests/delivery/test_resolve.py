"""Where a path leads: each page has one address, and every other path leads there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.editorial import aliases, publishing, tag_merge, tags
from app.editorial.tags import TagInput
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, client_of, store

Answer = tuple[int, str | None]


def resolved(bench: Bench, path: str) -> Any:
    return bench.client.get("/v1/resolve", params={"path": path})


def answer_at(bench: Bench, path: str) -> Answer:
    """The status that a path stands for, and the location."""
    answer = resolved(bench, path)
    if answer.status_code != 200:
        return answer.status_code, None
    data = answer.json()["data"]
    return data["status"], data["location"]


@contextmanager
def site(folder: Path, **templates: Any) -> Iterator[Bench]:
    """A site with an article and its translation, a standing page and two tags."""
    with (
        store(None, folder, serve_worker=False, **templates) as (runtime, clock),
        client_of(runtime) as client,
    ):
        bench = Bench(runtime, clock, client)
        land = builders.tag(runtime, "soil")
        builders.tag(runtime, "water")
        with runtime.publishing() as tx:
            tags.update(tx, EDITOR, land, TagInput(slug="land", names={"en": "Land"}))
        builders.published(runtime, title="Story", slug="story", tags=("land",))
        builders.published(runtime, title="Historia", slug="historia", lang="es")
        builders.published(runtime, title="About", slug="about", kind="page")
        with runtime.publishing() as tx:
            aliases.upsert(tx, EDITOR, "/about-us", "about", None)
            aliases.upsert(tx, EDITOR, "/?p=12", "story", None)
            aliases.upsert(tx, EDITOR, "/topics/earth", None, None, "land")
            aliases.upsert(tx, EDITOR, "/shop", None, "We closed it.")
        yield bench


PATHS: list[tuple[str, Answer]] = [
    # The page itself, as front ends write its path
    ("/news/story", (200, "/news/story")),
    ("news/story", (200, "/news/story")),
    ("/news/story/", (200, "/news/story")),
    ("/news/story?utm_source=x&page=2", (200, "/news/story")),
    ("/news/story#top", (200, "/news/story")),
    ("https://old.example/news/story", (200, "/news/story")),
    ("/about", (200, "/about")),
    ("/about/", (200, "/about")),
    ("/tags/land", (200, "/tags/land")),
    ("/tags/land/?x=1", (200, "/tags/land")),
    # The same thing elsewhere
    ("/zzz/about", (301, "/about")),
    ("/news/about", (301, "/about")),
    ("/tags/about", (301, "/about")),
    ("/es/about", (301, "/about")),
    ("/about/about", (301, "/about")),
    ("/About", (301, "/about")),
    ("/story", (301, "/news/story")),
    ("/en/news/story", (301, "/news/story")),
    ("/news/STORY", (301, "/news/story")),
    ("/NEWS/story", (301, "/news/story")),
    ("//news/story", (301, "/news/story")),
    ("/news//story", (301, "/news/story")),
    ("/news/story//", (301, "/news/story")),
    ("/news/%73tory", (301, "/news/story")),
    ("/news%2Fstory", (301, "/news/story")),
    ("/x/../news/story", (301, "/news/story")),
    ("/land", (301, "/tags/land")),
    ("/topics/land", (301, "/tags/land")),
    ("/Tags/Land", (301, "/tags/land")),
    # What moved
    ("/about-us", (301, "/about")),
    ("/?p=12", (301, "/news/story")),
    ("/topics/earth", (301, "/tags/land")),
    ("/tags/soil", (301, "/tags/land")),
    ("/soil", (301, "/tags/land")),
    # What is nowhere
    ("/", (404, None)),
    ("/zzz", (404, None)),
    ("/about/zzz", (404, None)),
    ("/news/stories", (404, None)),
    ("/tags/", (404, None)),
    ("/news/história", (404, None)),
    ("/新闻/🦙", (404, None)),
    ("/about%20", (404, None)),
    ("/shop", (410, None)),
]


def test_each_page_has_one_address(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with site(tmp_path) as bench:
        for path, expected in PATHS:
            with subtests.test(path=path):
                assert answer_at(bench, path) == expected
                if expected[1] is not None:
                    assert answer_at(bench, expected[1]) == (200, expected[1])


def test_a_resolution_names_the_thing_and_its_page(tmp_path: Path) -> None:
    with site(tmp_path, site_url="https://site.example") as bench:
        base = bench.runtime.settings.public_url
        data = resolved(bench, "/x/about").json()["data"]
        assert data == {
            "path": "/x/about",
            "status": 301,
            "kind": "page",
            "id": data["id"],
            "slug": "about",
            "lang": "en",
            "location": "/about",
            "url": f"{base}/v1/articles/about",
        }


TEMPLATES: list[tuple[dict[str, str], dict[str, Answer]]] = [
    (
        # Two languages, below a path, with a slash at the end
        {
            "site_url": "https://site.example/peru/",
            "article_url": "{site}/{lang}/news/{slug}/",
            "tag_url": "{site}/{lang}/tags/{slug}",
        },
        {
            "/peru/en/news/story/": (200, "/peru/en/news/story/"),
            "/peru/en/news/story": (200, "/peru/en/news/story/"),
            "/peru/es/news/story": (301, "/peru/en/news/story/"),
            "/peru/EN/news/story": (301, "/peru/en/news/story/"),
            "/en/news/story": (301, "/peru/en/news/story/"),
            "/peru/es/news/historia": (200, "/peru/es/news/historia/"),
            "/peru/news/historia": (301, "/peru/es/news/historia/"),
            "/peru/es/tags/land": (200, "/peru/es/tags/land"),
            "/peru/en/tags/land": (200, "/peru/en/tags/land"),
            "/peru/fr/tags/land": (301, "/peru/en/tags/land"),
            "/peru/es/tags/soil": (301, "/peru/en/tags/land"),
            "/land": (301, "/peru/en/tags/land"),
        },
    ),
    (
        # Letters that an address cannot hold as they are
        {
            "article_url": "https://sité.example/actualités/our news/{slug}",
            "tag_url": "https://x.example/100%/日本/{slug}",
        },
        {
            "/actualités/our news/story": (200, "/actualit%C3%A9s/our%20news/story"),
            "/actualit%c3%a9s/our%20news/story": (200, "/actualit%C3%A9s/our%20news/story"),
            "/actualites/story": (301, "/actualit%C3%A9s/our%20news/story"),
            "/land": (301, "/100%25/%E6%97%A5%E6%9C%AC/land"),
            "/100%25/日本/land": (200, "/100%25/%E6%97%A5%E6%9C%AC/land"),
        },
    ),
    (
        # The slug in the query
        {"article_url": "https://x.example/?story={slug}", "page_url": "{site}/p.php?n={slug}"},
        {
            "/?story=story": (200, "/?story=story"),
            "/?utm_source=x&story=story": (200, "/?story=story"),
            "/?story=story&x=1": (200, "/?story=story"),
            "/?story=zzz": (404, None),
            "/": (404, None),
            "/index?story=story": (404, None),
            "/p.php?n=about": (200, "/p.php?n=about"),
            "/about": (301, "/p.php?n=about"),
            "/story": (301, "/?story=story"),
        },
    ),
    (
        # Everything right below the root: an article comes before a tag
        {"article_url": "{site}/{slug}", "tag_url": "{site}/{slug}"},
        {
            "/story": (200, "/story"),
            "/land": (200, "/land"),
            "/news/story": (301, "/story"),
            "/tags/land": (301, "/land"),
            "/soil": (301, "/land"),
        },
    ),
    (
        # Two slashes at the start would be another host
        {"article_url": "{site}//{slug}"},
        {"/story": (200, "/story"), "//story": (301, "/story"), "/news/story": (301, "/story")},
    ),
]


@pytest.mark.parametrize(("templates", "paths"), TEMPLATES)
def test_locations_follow_the_templates(
    tmp_path: Path,
    templates: dict[str, str],
    paths: dict[str, Answer],
    subtests: pytest.Subtests,
) -> None:
    with site(tmp_path, **templates) as bench:
        for path, expected in paths.items():
            with subtests.test(path=path):
                assert answer_at(bench, path) == expected


def test_a_tag_and_an_article_of_one_slug_have_their_own_pages(tmp_path: Path) -> None:
    with site(tmp_path) as bench:
        builders.published(bench.runtime, title="Water", slug="water")
        assert resolved(bench, "/tags/water").json()["data"]["kind"] == "tag"
        assert answer_at(bench, "/tags/water") == (200, "/tags/water")
        assert answer_at(bench, "/water") == (301, "/news/water")


def test_what_is_gone_says_so_wherever_it_is_asked_for(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    with site(tmp_path) as bench:
        runtime = bench.runtime
        key = builders.published(runtime, title="Wrong", slug="wrong")
        removed = builders.tag(runtime, "song")
        with runtime.publishing() as tx:
            publishing.retract(tx, EDITOR, key, "Forged.")
            tag_merge.remove(tx, EDITOR, removed, None)
        for path in ("/news/wrong", "/wrong", "/x/wrong", "/NEWS/wrong"):
            with subtests.test(path=path):
                answer = resolved(bench, path)
                assert (answer.status_code, answer.json()["reason"]) == (410, "retracted")
        for path in ("/tags/song", "/song", "/x/song"):
            with subtests.test(path=path):
                answer = resolved(bench, path)
                assert (answer.status_code, answer.json()["reason"]) == (410, "removed")


def test_a_draft_is_nowhere(quiet: Bench) -> None:
    key, _ = builders.draft(quiet.runtime, title="Draft", slug="draft")
    answers = [resolved(quiet, path) for path in ("/news/draft", "/draft", f"/news/{key}", "/no")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
