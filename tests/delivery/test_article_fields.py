"""What editors say for search engines, of the original of a text, and of what to read next."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.fields import ORIGINAL, detail, released
from tests.admin.newsdesk import ARTICLES, DRAFT, Newsdesk
from tests.conftest import Bench


def related(bench: Bench, slug: str) -> list[str]:
    return [one["slug"] for one in detail(bench, slug)["related"]]


def test_texts_for_search_engines_stand_for_those_of_the_article(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    medium = builders.medium(quiet.runtime, alt={"en": "Two halves"})
    where = released(desk, slug="one", summary="A summary.")
    plain = detail(quiet, "one")
    assert plain["seo"] == {"title": "A title", "description": "A summary.", "image": None}
    seo = {"title": "For search", "description": "Found.", "image": {"media_id": str(medium)}}
    assert desk.patch(where, seo=seo).status_code == 200
    assert detail(quiet, "one")["seo"] == plain["seo"], "a draft shows nothing"
    changed = desk.get(f"{where}/diff?from=1&to=3").json()["data"]["fields"]
    assert [it["field"] for it in changed] == ["seo"]
    link = desk.act(where, "previews").json()["data"]["url"]
    preview = quiet.client.get(link).json()["data"]["seo"]
    assert (preview["title"], preview["description"]) == ("For search", "Found.")
    assert "/v1/preview/" in preview["image"]["url"]
    assert quiet.client.get(preview["image"]["url"]).status_code == 200
    assert desk.act(where, "publish").status_code == 200
    whole = detail(quiet, "one")
    assert (whole["seo"]["title"], whole["title"]) == ("For search", "A title")
    shown = whole["seo"]["image"]
    assert (shown["alt"], whole["image"]) == ("Two halves", None)
    assert quiet.client.get(shown["url"]).status_code == 200
    linked = whole["jsonld"]
    assert (linked["headline"], linked["description"]) == ("A title", "Found.")
    assert linked["image"][0]["url"] == shown["url"]
    assert desk.data(where)["seo"]["title"] == "For search"
    assert desk.patch(where, seo=None).status_code == 200
    assert desk.act(where, "publish").status_code == 200
    assert detail(quiet, "one")["seo"] == plain["seo"]


def test_a_picture_for_search_engines_goes_with_its_takedown(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    medium = builders.medium(quiet.runtime, alt={"en": "Two halves"})
    seo = {"title": "For search", "image": {"media_id": str(medium)}}
    released(desk, slug="one", seo=seo)
    url = detail(quiet, "one")["seo"]["image"]["url"]
    taken = desk.act(f"/v1/admin/media/{medium}", "takedown", reason="Not ours.")
    assert taken.status_code == 200, taken.text
    assert detail(quiet, "one")["seo"] == {
        **{"title": "For search", "description": "", "image": None}
    }
    assert quiet.client.get(url).status_code == 410


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"seo": {"image": {"url": "https://other.example/a.jpg"}}}, "invalid_field"),
        ({"seo": {"image": {"media_id": str(uuid4())}}}, "unknown_media"),
        ({"seo": {"title": "\u200b"}}, "invalid_field"),
        ({"seo": {"title": "x" * 301}}, "invalid_field"),
        ({"seo": {"name": "x"}}, "unknown_field"),
        ({"canonical_url": "javascript:alert(1)"}, "invalid_field"),
        ({"canonical_url": "/news/one"}, "invalid_field"),
        ({"canonical_url": "https://ana:x@other.example/"}, "invalid_field"),
        ({"canonical_url": "http://127.0.0.1:8000/v1/articles/one"}, "canonical_here"),
        ({"position": 1}, "invalid_field"),
        ({"parent": "aims"}, "invalid_field"),
        ({"kind": "page", "position": -1}, "invalid_field"),
        ({"kind": "page", "position": "1"}, "invalid_field"),
        ({"kind": "page", "parent": "Aims!"}, "invalid_field"),
        ({"kind": "page", "parent": "nowhere"}, "unknown_parent"),
        ({"related": [str(uuid4())]}, "unknown_related"),
        ({"related": ["one"]}, "invalid_field"),
        ({"related": [str(uuid4()) for _ in range(9)]}, "invalid_field"),
        ({"related": [str(UUID(int=1))] * 2}, "invalid_field"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    quiet: Bench, over: dict[str, Any], code: str
) -> None:
    desk = Newsdesk.of(quiet)
    answer = quiet.client.post(ARTICLES, headers=desk.headers, json={**DRAFT, **over})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code, answer.text
    where = desk.create(kind=over.get("kind", "article"))
    changed = {name: value for name, value in over.items() if name != "kind"}
    assert problem(desk.patch(where, **changed)) == (422, code)


def test_an_article_whose_original_is_elsewhere_says_so_and_is_on_no_sitemap(
    quiet: Bench,
) -> None:
    desk = Newsdesk.of(quiet)
    where = released(desk, slug="copied", canonical_url=ORIGINAL)
    released(desk, slug="ours")
    released(desk, slug="page", kind="page", canonical_url=ORIGINAL)
    copied, ours = detail(quiet, "copied"), detail(quiet, "ours")
    assert (copied["canonical_url"], ours["canonical_url"]) == (ORIGINAL, None)
    assert copied["jsonld"]["url"] == copied["jsonld"]["mainEntityOfPage"] == ORIGINAL
    assert ours["jsonld"]["url"] != ORIGINAL
    month = f"{quiet.clock.now:%Y-%m}"
    for path, has_ours in ((month, True), ("news", True), ("pages", False)):
        body = quiet.client.get(f"/sitemaps/{path}.xml").text
        assert ("/ours" in body) == has_ours
        assert "copied" not in body
        assert "/page<" not in body
    for act, over in (("duplicate", {}), ("translations", {"lang": "es"})):
        made = desk.act(where, act, **over)
        assert made.status_code == 201, made.text
        assert made.json()["data"]["canonical_url"] is None
    assert desk.patch(where, canonical_url=None).status_code == 200
    assert desk.act(where, "publish").status_code == 200
    assert "copied" in quiet.client.get(f"/sitemaps/{month}.xml").text


def test_related_articles_are_those_of_editors_first_then_the_automatic_ones(
    quiet: Bench,
) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    for number in range(6):
        builders.published(quiet.runtime, title=f"auto {number}", tags=("water",))
        quiet.clock.move(minutes=1)
    last, first = (builders.published(quiet.runtime, title=title) for title in ("last", "first"))
    hidden = builders.draft(quiet.runtime, title="hidden", slug="hidden")
    also = builders.published(quiet.runtime, title="auto 6", tags=("water",))
    ids = [str(key) for key in (first, hidden[0], last, also)]
    where = released(desk, slug="one", tags=["water"], related=ids)
    assert related(quiet, "one") == ["first", "last", "auto-6", "auto-5", "auto-4"]
    assert desk.data(where)["related"] == ids
    raw = quiet.client.get("/v1/articles/one")
    assert str(hidden[0]) not in raw.text + str(raw.headers)
    listed = quiet.client.get("/v1/articles?include=related").json()["data"]
    (own,) = (item["related"] for item in listed if item["slug"] == "one")
    assert [it["slug"] for it in own] == related(quiet, "one")
    later = quiet.clock.now.replace(year=2030)
    builders.publish(quiet.runtime, hidden, at=later)
    assert related(quiet, "one")[:2] == ["first", "last"]
    quiet.clock.now = later
    assert related(quiet, "one")[:3] == ["first", "hidden", "last"]
    gone = desk.act(f"{ARTICLES}/{first}", "retract", reason="Wrong.")
    assert gone.status_code == 200, gone.text
    assert related(quiet, "one")[:2] == ["hidden", "last"]
    assert str(first) not in quiet.client.get("/v1/articles/one").text
    assert problem(desk.patch(where, related=[where.rsplit("/", 1)[-1]])) == (
        422,
        "unknown_related",
    )


def test_editors_choose_up_to_eight(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    keys = [builders.published(quiet.runtime, title=f"n{n}", tags=("water",)) for n in range(9)]
    released(desk, slug="one", tags=["water"], related=[str(key) for key in keys[:8]])
    assert related(quiet, "one") == [f"n{n}" for n in range(8)]
