"""What a tag says of its family, and how many articles it counts in the language asked for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.editorial import articles, publishing, tags
from app.editorial.tags import TagInput
from tests import builders
from tests.admin.desk import problem
from tests.builders import EDITOR
from tests.conftest import Bench, bench_in
from tests.delivery.instant import caught_up

LANGUAGES = ("en", "pt", "pt-BR")
ASKED = ("", *LANGUAGES, "pt-PT", "en-GB")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Bench]:
    """A family of four tags, and articles in three languages, some of them translations."""
    with bench_in(tmp_path, serve_worker=False, languages=",".join(LANGUAGES)) as bench:
        fill(bench)
        yield bench


def fill(bench: Bench) -> None:
    runtime = bench.runtime
    builders.tag(runtime, "land", names={"en": "Land", "pt": "Terra"})
    builders.tag(runtime, "water", parent="land", names={"en": "Water", "pt": "Água"})
    builders.tag(runtime, "river", parent="water", names={"en": "River"}, type="place")
    builders.tag(runtime, "lake", parent="water", names={"pt-BR": "Lagoa", "en": "Lake"})
    carried = (("river",), ("lake", "river"), ("water", "lake"), ("land",), ())
    for number in range(15):
        builders.published(
            runtime,
            title=f"n{number}",
            lang=LANGUAGES[number % 3],
            tags=carried[number % 5],
            kind="page" if number == 7 else "article",
        )
    for one, other in (("n0", "n1"), ("n2", "n4"), ("n10", "n11")):
        with runtime.publishing() as tx:
            first, second = (
                bench.client.get(f"/v1/articles/{slug}").json()["data"]["id"]
                for slug in (one, other)
            )
            row = articles.lock_article(tx, UUID(first), None)
            articles.link_translations(tx, row, [UUID(second)], tx.moment)
    caught_up(runtime)


def data(bench: Bench, path: str) -> Any:
    answer = bench.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


LAND = {"slug": "land", "type": "topic", "name": "Terra"}
WATER = {"slug": "water", "type": "topic", "name": "Água"}
RIVER = {"slug": "river", "type": "place", "name": "River"}
LAKE = {"slug": "lake", "type": "topic", "name": "Lagoa"}


def test_a_tag_names_its_ancestors_and_what_is_right_below(site: Bench) -> None:
    found = {tag["slug"]: tag for tag in data(site, "/v1/tags?lang=pt-BR")}
    assert {slug: (tag["ancestors"], tag["subtags"]) for slug, tag in found.items()} == {
        "lake": ([LAND, WATER], []),
        "land": ([], [WATER]),
        "river": ([LAND, WATER], []),
        "water": ([LAND], [LAKE, RIVER]),
    }
    for slug, tag in found.items():
        whole = data(site, f"/v1/tags/{slug}?lang=pt-BR")
        assert {name: whole[name] for name in tag} == tag
        assert whole["children"] == [one["slug"] for one in tag["subtags"]]
        assert tag["parent"] == (tag["ancestors"][-1]["slug"] if tag["ancestors"] else None)
    assert data(site, "/v1/tags?lang=pt-BR&type=place") == [found["river"]]
    assert data(site, "/v1/tags?lang=pt-BR&parent=water") == [found["lake"], found["river"]]
    plain = data(site, "/v1/tags/lake")
    assert [one["name"] for one in plain["ancestors"]] == ["Land", "Water"]


def test_a_family_follows_a_new_name_and_a_new_parent(site: Bench) -> None:
    before = site.client.get("/v1/tags/lake")
    with site.runtime.publishing() as tx:
        (water,) = tags.ids_of(tx, ["water"])
        tags.update(tx, EDITOR, water, TagInput(slug="water", names={"en": "Waters"}))
    assert [one["name"] for one in data(site, "/v1/tags/lake")["ancestors"]] == ["Waters"]
    assert data(site, "/v1/tags/land")["subtags"] == []
    stale = {"If-None-Match": before.headers["etag"]}
    assert site.client.get("/v1/tags/lake", headers=stale).status_code == 200


def check_counts(site: Bench) -> list[int]:
    """What tags count in each language is the total of their list in it."""
    seen = []
    for lang in ASKED:
        query = f"lang={lang}" if lang else ""
        for tag in data(site, f"/v1/tags?{query}"):
            listed = site.client.get(f"/v1/articles?count=true&tag={tag['slug']}&{query}").json()
            assert listed["meta"]["total_is_exact"]
            assert tag["articles_count"] == listed["meta"]["total"] == len(listed["data"]), tag
            whole = data(site, f"/v1/tags/{tag['slug']}?{query}")
            assert whole["articles_count"] == tag["articles_count"]
            seen.append(tag["articles_count"])
    return seen


def test_a_tag_counts_what_its_list_shows_in_the_language_asked_for(site: Bench) -> None:
    first = check_counts(site)
    assert len(set(first)) > 4
    with site.runtime.publishing() as tx:
        key = data(site, "/v1/articles?lang=pt-BR&tag=water")[0]["id"]
        publishing.retract(tx, EDITOR, UUID(key), "Forged.")
    second = check_counts(site)
    assert second != first
    start = site.clock.now + timedelta(minutes=1)
    draft = builders.draft(site.runtime, title="Soon", lang="pt", tags=("lake",))
    builders.publish(site.runtime, draft, at=start)
    assert check_counts(site) == second
    site.clock.move(minutes=2)
    third = check_counts(site)  # the log has not caught up
    assert third != second
    site.runtime.promote()
    assert check_counts(site) == third
    assert problem(site.client.get("/v1/tags?lang=fr")) == (400, "unknown_language")
    assert problem(site.client.get("/v1/tags/lake?lang=fr")) == (400, "unknown_language")


def test_search_says_the_same_of_a_tag_and_groups_facets_by_type(site: Bench) -> None:
    for lang in LANGUAGES:
        known = {tag["id"]: tag for tag in data(site, f"/v1/tags?lang={lang}")}
        hits = data(site, f"/v1/search?q=lake&kind=tag&lang={lang}")
        assert [hit["item"]["slug"] for hit in hits] == ["lake"]
        assert [hit["item"] for hit in hits] == [known[hit["item"]["id"]] for hit in hits]
    answer = site.client.get("/v1/search?kind=article&facets=tags,lang").json()
    facets = answer["meta"]["facets"]
    assert {value["value"]: value["type"] for value in facets["tags"]} == {
        **dict.fromkeys(("lake", "land", "water"), "topic"),
        "river": "place",
    }
    assert all(list(value) == ["value", "name", "count", "type"] for value in facets["tags"])
    assert all(list(value) == ["value", "name", "count"] for value in facets["lang"])
