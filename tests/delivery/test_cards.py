"""What an article shows of others: related ones and neighbours as cards, translations by title."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from app.editorial import articles, correcting, publishing
from app.editorial.content import prepare
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.builders import EDITOR
from tests.conftest import Bench
from tests.delivery.instant import caught_up

DAY = datetime(2020, 1, 1, tzinfo=UTC)
CARD = [
    *("id", "kind", "slug", "lang", "title", "summary", "published_at", "date_precision"),
    *("published_on", "image", "tags"),
]
ENDS = {"older": None, "newer": None}


def detail(bench: Bench, slug: str, query: str = "") -> Any:
    answer = bench.client.get(f"/v1/articles/{slug}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def listed(bench: Bench, query: str) -> list[str]:
    items = bench.client.get(f"/v1/articles?limit=100&fields=slug&{query}").json()["data"]
    return [item["slug"] for item in items]


def card_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in CARD}


def beside(bench: Bench, slug: str) -> tuple[str | None, str | None]:
    neighbours = detail(bench, slug)["neighbours"]
    older, newer = (neighbours[name] and neighbours[name]["slug"] for name in ENDS)
    return older, newer


def test_a_related_article_is_a_card_in_the_detail_and_in_lists(bench: Bench) -> None:
    builders.tag(bench.runtime, "water", names={"en": "Water", "es": "Agua"})
    builders.tag(bench.runtime, "news", type="format", names={"en": "News", "es": "Noticias"})
    medium = builders.medium(bench.runtime, alt={"es": "Una laguna"})
    builders.published(
        bench.runtime,
        title="La laguna",
        summary="Un resumen.",
        lang="es",
        tags=("water", "news"),
        image={"media_id": medium},
        published_at=DAY,
        date_precision="month",
    )
    builders.published(bench.runtime, title="El río", lang="es", tags=("water",))
    builders.published(bench.runtime, title="The river", lang="en", tags=("water",))
    shown = detail(bench, "la-laguna")
    (card,) = detail(bench, "el-rio")["related"]
    assert list(card) == CARD
    assert card == card_of(shown)
    assert card["image"]["url"].startswith("http://127.0.0.1:8000/v1/media/")
    assert card["published_on"] == "2020-01-01"
    assert [tag["name"] for tag in card["tags"]] == ["Agua", "Noticias"]
    assert shown["neighbours"] == {"older": None, "newer": card_of(detail(bench, "el-rio"))}
    (item,) = bench.client.get(f"/v1/articles?include=related&ids={shown['id']}").json()["data"]
    assert item["related"] == shown["related"] == [card_of(detail(bench, "el-rio"))]
    (item,) = bench.client.get("/v1/articles?fields=related&lang=en").json()["data"]
    assert item == {"related": []}


def test_every_item_of_an_article_has_its_plain_date(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "water")
    wanted = {
        **{"time": None, "unknown": None, "day": "2012-07-03"},
        **{"month": "2012-07-01", "year": "2012-01-01"},
    }
    for precision in wanted:
        builders.published(
            quiet.runtime,
            title=precision,
            tags=("water",),
            published_at=datetime(2012, 7, 3, 23, 30, tzinfo=UTC),
            date_precision=precision,
        )
    caught_up(quiet.runtime)

    def items(path: str) -> list[Any]:
        data: list[Any] = quiet.client.get(path).json()["data"]
        return [item.get("item", item) for item in data]

    for path in ("/v1/articles", "/v1/search?kind=article", "/v1/changes"):
        shown = {item["slug"]: item["published_on"] for item in items(path) if "title" in item}
        assert shown == wanted, path
    for slug, day in wanted.items():
        whole = detail(quiet, slug)
        assert whole["published_on"] == day
        others = {card["slug"]: card["published_on"] for card in whole["related"]}
        assert others == {other: wanted[other] for other in wanted if other != slug}
    only = quiet.client.get("/v1/articles?fields=published_on&ids=" + detail(quiet, "day")["id"])
    assert only.json()["data"] == [{"published_on": "2012-07-03"}]


def test_related_articles_share_most_tags_then_are_newest_and_at_most_five(bench: Bench) -> None:
    for slug in ("a", "b", "c"):
        builders.tag(bench.runtime, slug)
    for number in range(14):
        both = ("a", "b") if number in (0, 9) else ("a",)
        builders.published(
            bench.runtime, title=f"n{number}", tags=both, published_at=DAY + timedelta(number // 2)
        )
    newest = [slug for slug in listed(bench, "tag=a") if slug != "n9"]
    builders.published(bench.runtime, title="It", tags=("a", "b"), published_at=DAY)
    wanted = ["n9", *newest[:4]]  # n0 is too old to be found by both of its tags
    assert [card["slug"] for card in detail(bench, "it")["related"]] == wanted
    items = bench.client.get("/v1/articles?include=related&limit=100").json()["data"]
    for item in items:
        assert item["related"] == detail(bench, item["slug"])["related"]
        assert item["slug"] not in [card["slug"] for card in item["related"]]
        assert len(item["related"]) <= 5


def test_neighbours_are_the_order_of_the_list_of_a_language(bench: Bench) -> None:
    for number in range(20):
        builders.published(
            bench.runtime,
            title=f"n{number}",
            lang=("en", "es")[number % 3 == 0],
            published_at=DAY + timedelta(days=number // 6),
            date_precision=("day", "time", "month")[number % 3],
        )
    builders.published(bench.runtime, title="A page", kind="page", published_at=DAY)
    for lang in ("en", "es"):
        order = listed(bench, f"lang={lang}")
        assert len(order) in (7, 13)
        for newer, older in pairwise(order):
            assert beside(bench, newer)[0] == older
            assert beside(bench, older)[1] == newer
        assert beside(bench, order[0])[1] is None
        assert beside(bench, order[-1])[0] is None
    assert detail(bench, "a-page")["neighbours"] == ENDS


def test_only_what_is_visible_is_a_neighbour(quiet: Bench) -> None:
    runtime, now = quiet.runtime, quiet.clock.now
    builders.published(runtime, title="First", published_at=DAY)
    key = builders.published(runtime, title="Wrong", published_at=DAY + timedelta(days=1))
    builders.published(runtime, title="Last", published_at=DAY + timedelta(days=2))
    soon = builders.draft(runtime, title="Soon")
    builders.publish(runtime, soon, at=now + timedelta(hours=1), until=now + timedelta(hours=2))
    builders.draft(runtime, title="A draft")
    first = quiet.client.get("/v1/articles/first")
    assert beside(quiet, "first") == (None, "wrong")
    assert beside(quiet, "last") == ("wrong", None)
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")
    assert beside(quiet, "first") == (None, "last")
    assert beside(quiet, "last") == ("first", None)
    stale = {"If-None-Match": first.headers["etag"]}
    assert quiet.client.get("/v1/articles/first", headers=stale).status_code == 200
    for hours, newest in ((1, "soon"), (1, None)):
        quiet.clock.move(hours=hours)
        assert beside(quiet, "last") == ("first", newest)  # before anybody promoted it
        runtime.promote()
        assert beside(quiet, "last") == ("first", newest)


def test_a_page_carries_the_keys_of_every_article_that_it_shows(bench: Bench) -> None:
    builders.tag(bench.runtime, "water")
    keys = [
        builders.published(
            bench.runtime, title=f"n{number}", tags=tags, published_at=DAY + timedelta(days=number)
        )
        for number, tags in enumerate(((), (), ("water",), (), ("water",)))
    ]
    answer = bench.client.get("/v1/articles/n2")
    carried = answer.headers["surrogate-key"].split()
    assert len(carried) == len(set(carried))
    assert {f"article/{keys[number]}" for number in (1, 2, 3, 4)} <= set(carried)
    assert f"article/{keys[0]}" not in carried


def test_neighbours_alone_and_not_in_lists(bench: Bench) -> None:
    builders.published(bench.runtime, title="Old", published_at=DAY)
    builders.published(bench.runtime, title="New")
    only = detail(bench, "new", "?fields=neighbours")
    assert only == {"neighbours": {"older": card_of(detail(bench, "old")), "newer": None}}
    for path, code in (
        ("/v1/articles?fields=neighbours", "unknown_field"),
        ("/v1/articles?include=neighbours", "unknown_inclusion"),
        ("/v1/articles/new?include=neighbours", "unknown_inclusion"),
    ):
        assert problem(bench.client.get(path)) == (400, code)


def test_a_preview_shows_the_neighbours_that_the_draft_would_have(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "water")
    medium = builders.medium(quiet.runtime, alt={"en": "A lake"})
    for number in range(3):
        builders.published(
            quiet.runtime,
            title=f"n{number}",
            tags=("water",),
            image={"media_id": medium},
            published_at=DAY + timedelta(days=number),
        )
    desk = Newsdesk.of(quiet)

    def previewed(where: str) -> Any:
        token = desk.act(where, "previews").json()["data"]["token"]
        return quiet.client.get(f"/v1/preview/{token}").json()["data"]

    where = desk.create(tags=["water"], published_at="2020-01-02T00:00:00Z", date_precision="day")
    shown = previewed(where)
    assert shown["published_on"] == "2020-01-02"
    n0, n1, n2 = (card_of(detail(quiet, f"n{number}")) for number in range(3))
    # The day alone sorts at noon, after n1, which is of midnight.
    assert shown["neighbours"] == {"older": n1, "newer": n2}
    assert shown["related"] == [n2, n1, n0]
    desk.act(where, "publish")
    assert detail(quiet, "a-title")["neighbours"] == shown["neighbours"]
    desk.patch(where, published_at="2020-01-01T12:00:00Z", date_precision="time")
    assert previewed(where)["neighbours"] == {"older": n0, "newer": n1}


def paired(bench: Bench) -> tuple[UUID, UUID]:
    english = builders.published(bench.runtime, lang="en", slug="one", title="One")
    spanish = builders.published(bench.runtime, lang="es", slug="uno", title='"Uno" \\ ñ')
    with bench.runtime.publishing() as tx:
        article = articles.lock_article(tx, english, None)
        articles.link_translations(tx, article, [spanish], tx.moment)
    return english, spanish


def retitled(bench: Bench, key: UUID, title: str, how: str) -> None:
    """Another title for what readers see; by hand, as a correction, or scheduled for now."""
    with bench.runtime.publishing() as tx:
        copy = articles.read(tx, key)
        draft = prepare(copy.content.model_copy(update={"title": title}), bench.runtime.site_rules)
        if how == "corrected":
            revision = copy.article.revision
            rules = bench.runtime.site_rules
            correcting.correct(tx, EDITOR, key, revision, rules, "A name.", draft=draft)
            return
        row = articles.edit(tx, EDITOR, key, copy.article.revision, draft, tx.moment)
        at = tx.moment + timedelta(minutes=1) if how == "scheduled" else None
        publishing.publish(tx, EDITOR, key, row.revision, bench.runtime.site_rules, at=at)
    if how == "scheduled":
        bench.clock.move(minutes=2)
        bench.runtime.promote()


@pytest.mark.parametrize("how", ["published", "corrected", "scheduled"])
def test_a_translation_has_the_title_that_readers_see(quiet: Bench, how: str) -> None:
    english, spanish = paired(quiet)
    uno = {"lang": "es", "slug": "uno", "title": '"Uno" \\ ñ'}
    urls = ("/v1/articles/one", "/v1/articles?lang=en", "/v1/changes")
    before = {url: quiet.client.get(url) for url in urls}
    cursor = before["/v1/changes"].json()["meta"]["cursor"]

    def translations() -> list[Any]:
        item = detail(quiet, "one")
        (same,) = quiet.client.get("/v1/articles?lang=en").json()["data"]
        assert same["translations"] == item["translations"]
        found: list[Any] = item["translations"]
        return found

    assert translations() == [uno]
    with quiet.runtime.publishing() as tx:  # a draft is nobody's business
        copy = articles.read(tx, spanish)
        draft = prepare(
            copy.content.model_copy(update={"title": "Borrador"}), quiet.runtime.site_rules
        )
        articles.edit(tx, EDITOR, spanish, copy.article.revision, draft, tx.moment)
    assert translations() == [uno]
    retitled(quiet, spanish, "Otro", how)
    assert translations() == [uno | {"title": "Otro"}]
    for url in urls[:2]:
        stale = {"If-None-Match": before[url].headers["etag"]}
        assert quiet.client.get(url, headers=stale).status_code == 200
    told = quiet.client.get(f"/v1/changes?cursor={cursor}").json()["data"]
    by_id = {change["id"]: change["item"] for change in told}
    assert by_id[str(english)]["translations"] == [uno | {"title": "Otro"}]
    assert by_id[str(spanish)]["translations"] == [{"lang": "en", "slug": "one", "title": "One"}]
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, spanish, "Forged.")
    assert translations() == []
