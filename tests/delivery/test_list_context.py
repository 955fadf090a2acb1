"""A list of articles with what a page says around it, in one answer."""

import pytest

from app.editorial import tag_merge, tags
from app.editorial.tags import TagChange
from tests import builders
from tests.admin.desk import problem
from tests.conftest import Bench


@pytest.fixture
def service(quiet: Bench) -> Bench:
    builders.tag(quiet.runtime, "economy")
    builders.tag(quiet.runtime, "mining", parent="economy")
    ana, luis = {"name": "Ana"}, {"name": "Luis"}
    for title, date, lang, authors, slugs in (
        ("One", "2009-06-05T12:00:00Z", "en", [ana], ["mining"]),
        ("Two", "2009-07-01T12:00:00Z", "en", [ana, luis], ["mining"]),
        ("Tres", "2010-01-01T12:00:00Z", "es", [luis], ["economy"]),
    ):
        builders.published(
            quiet.runtime,
            title=title,
            published_at=date,
            lang=lang,
            authors=authors,
            tags=slugs,
        )
    return quiet


def test_it_is_what_the_own_addresses_answer(service: Bench) -> None:
    get = service.client.get
    for lang in ("", "&lang=es", "&lang=en"):
        answer = get(f"/v1/articles?tag=economy&author=luis&include=tag,author,archive{lang}")
        meta = answer.json()["meta"]
        only = lang.replace("&", "?")
        assert meta["tag"] == get(f"/v1/tags/economy{only}").json()["data"]
        assert meta["author"] == get(f"/v1/authors/luis{only}").json()["data"]
        archive = get(f"/v1/archive?tag=economy&author=luis{lang}").json()["data"]
        assert meta["archive"] == archive


def test_the_archive_is_that_of_the_list_without_its_dates(service: Bench) -> None:
    month = "from_date=2009-06-01&to_date=2009-06-30"
    answer = service.client.get(f"/v1/articles?{month}&include=archive").json()
    assert [item["title"] for item in answer["data"]] == ["One"]
    assert answer["meta"]["archive"] == service.client.get("/v1/archive").json()["data"]
    assert "include=archive" in answer["links"]["self"]


def test_a_page_further_on_has_it_too(service: Bench) -> None:
    first = service.client.get("/v1/articles?author=ana&limit=1&include=author").json()
    second = service.client.get(first["links"]["next"]).json()
    assert second["data"][0]["title"] == "One"
    assert second["meta"]["author"] == first["meta"]["author"]


def test_a_former_slug_gives_the_tag_of_today(service: Bench) -> None:
    with service.runtime.publishing() as tx:
        mining = tags.ids_of(tx, ["mining"])[0]
        tags.change(tx, builders.EDITOR, mining, 1, TagChange(slug="extraction"))
    answer = service.client.get("/v1/articles?tag=mining&include=tag").json()
    assert answer["meta"]["tag"]["slug"] == "extraction"
    assert len(answer["data"]) == 2


def test_what_is_not_one_thing_is_refused(service: Bench) -> None:
    for query, code in (
        ("include=tag", "no_single_tag"),
        ("tag=mining,economy&include=tag", "no_single_tag"),
        ("tag=mining|economy&include=tag", "no_single_tag"),
        ("tag=-mining&include=tag", "no_single_tag"),
        ("include=author", "no_author"),
        ("fields=tag", "unknown_field"),
        ("include=years", "unknown_inclusion"),
    ):
        answer = service.client.get(f"/v1/articles?{query}")
        assert problem(answer) == (400, code), query


def test_what_is_not_there_is_told_as_at_its_own_address(service: Bench) -> None:
    nobody = service.client.get("/v1/articles?author=nobody&include=author")
    assert problem(nobody) == (404, "author_not_found")
    nothing = service.client.get("/v1/articles?tag=nothing&include=tag")
    assert problem(nothing) == (404, "tag_not_found")
    unused = builders.tag(service.runtime, "unused")
    with service.runtime.publishing() as tx:
        tag_merge.remove(tx, builders.EDITOR, unused, 1)
    removed = service.client.get("/v1/articles?tag=unused&include=tag")
    assert problem(removed) == (410, "gone")
