"""An index that is late tells nothing of what was taken back, on any engine and by any outlet; what
took its place is found at once, by the store's own words."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import pytest

from app.editorial import correcting, publishing, tags
from app.editorial.content import ArticleInput, prepare
from app.editorial.people import SPONSORS, SponsorInput
from app.editorial.tags import TagChange
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.delivery.instant import ENGINES, Site, caught_up

SECRET = "quimbolosecret"
WORDS = (
    *(SECRET, "quimbolosecrte", "quimbolosecrets", "quimbol"),
    *(f'"{SECRET}"', f"lima {SECRET}", f"lima -{SECRET}", "lima"),
)


@pytest.fixture(params=ENGINES)
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    with ENGINES[request.param](tmp_path) as site:
        builders.tag(site.runtime, "shadow", names={"en": "Shadow"})
        yield site


def secret(runtime: Runtime, **over: Any) -> UUID:
    fields = {
        "title": f"The {SECRET} affair",
        "slug": "affair",
        "summary": f"How {SECRET} was told by quimboloman.",
        "body": f"It was told in Lima: {SECRET} and quimboloman.",
        "tags": ("shadow",),
    } | over
    return builders.published(runtime, **fields)


def corrected(runtime: Runtime, key: UUID, **over: Any) -> None:
    fields = {
        "lang": "en",
        "title": "The affair, corrected",
        "slug": "affair",
        "summary": "How it was told.",
        "body": "It was told in Lima, and zamponas were played.",
    } | over
    ready = prepare(ArticleInput(**fields), runtime.site_rules)
    with runtime.publishing() as tx:
        correcting.correct(tx, EDITOR, key, 1, runtime.site_rules, "A name.", draft=ready)


def answers(site: Site, q: str) -> dict[str, Any]:
    """All that search says of some words, by every outlet and in every shape."""
    get = site.client.get
    said: dict[str, Any] = {}
    for extra in (
        "",
        "&limit=1",
        "&limit=1&page=2",
        "&limit=1&page=3",
        "&exact=true&facets=tags,lang,year,kind",
        "&order=newest",
        "&facets=year&limit=1&page=2",
        "&lang=en&kind=article&from_date=2000-01-01",
        "&tag=shadow",
    ):
        answer = get(f"/v1/search?{urlencode({'q': q})}{extra}")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        body["meta"].pop("freshness")
        said[f"search{extra}"] = (body["data"], body["meta"])
    said["suggest"] = get(f"/v1/search/suggest?{urlencode({'q': q})}").json()
    said["feed"] = [
        one["id"] for one in get(f"/v1/feeds/articles.json?{urlencode({'q': q})}").json()["items"]
    ]
    every = {"attributesToHighlight": ["*"], "attributesToCrop": ["*"], "facets": ["*"]}
    for more in ({}, {"limit": 0}, {"limit": 1, "offset": 1}, {"hitsPerPage": 1, "page": 2}):
        said[f"instant{more}"] = _timeless(site.search(q=q, **every, **more))
    several = [{"indexUid": "articles", "q": q, **every}, {"indexUid": "articles", "q": q}]
    found = site.ask("multi-search", {"queries": several})["results"]
    said["multi"] = [_timeless(one) for one in found]
    for facet in ("tags", "year", "lang"):
        asked = {"facetName": facet, "q": q}
        said[f"facet {facet}"] = _timeless(site.ask("indexes/articles/facet-search", asked))
    return said


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if not name.endswith(("Ms", "Uid"))}


def told(said: dict[str, Any], q: str) -> str:
    """What the answers hold beside the words of the question."""
    text = json.dumps(said, default=str)
    for repeated in (q, q.replace('"', '\\"'), quote_plus(q)):
        text = text.replace(f'"query": "{repeated}"', "").replace(f"q={repeated}", "")
    return text


ENDINGS = ("retracted", "unpublished", "expired", "rescheduled")


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_has_ended_is_neither_shown_nor_counted(
    site: Site, ending: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    never = {q: answers(site, q) for q in WORDS}
    runtime = site.runtime
    until = runtime.clock() + timedelta(hours=1) if ending == "expired" else None
    draft = builders.draft(
        runtime, title=f"The {SECRET} affair", body=f"In Lima: {SECRET}, quimboloman."
    )
    key = builders.publish(runtime, draft, until=until)
    caught_up(runtime)
    assert site.search(q=SECRET)["estimatedTotalHits"] == 1
    with runtime.publishing() as tx:
        match ending:
            case "retracted":
                publishing.retract(tx, EDITOR, key, "It was forged.")
            case "unpublished":
                publishing.unpublish(tx, EDITOR, key)
            case "rescheduled":
                publishing.unpublish(tx, EDITOR, key)
                publishing.publish(
                    tx, EDITOR, key, 1, runtime.site_rules, at=runtime.clock() + timedelta(days=1)
                )
    if ending == "expired":
        runtime.clock.move(hours=2)  # type: ignore[attr-defined]  # tests move it
    for q in WORDS:
        with subtests.test(q=q):
            late = answers(site, q)
            if q not in ("lima", f"lima -{SECRET}"):  # of these the answer names no secret anyhow
                assert late == never[q]
            assert SECRET not in told(late, q)
    caught_up(runtime)
    for q in WORDS:
        with subtests.test(q=q):
            assert SECRET not in told(answers(site, q), q)


def test_what_was_corrected_is_found_by_its_new_words_alone(
    site: Site, subtests: pytest.Subtests
) -> None:
    runtime = site.runtime
    key = secret(runtime)
    caught_up(runtime)
    corrected(runtime, key)
    for q in WORDS:
        with subtests.test(q=q):
            late = answers(site, q)
            text = told(late, q)
            assert SECRET not in text
            assert "quimboloman" not in text
            if q == SECRET or q.startswith('"'):
                assert late["search"][0] == []
                for name, (data, meta) in (
                    (name, said) for name, said in late.items() if name.startswith("search")
                ):
                    assert (data, meta["total"]) == ([], 0), (name, q)
                    assert not any(meta.get("facets", {}).values()), (name, q)
                    assert not {"corrected", "did_you_mean"} & meta.keys(), (name, q)
                assert late["suggest"]["data"] == []
                assert late["feed"] == []
                assert late["instant{}"]["estimatedTotalHits"] == 0
                assert late["facet tags"]["facetHits"] == []
    for word in ("zamponas", "corrected", "lima"):
        with subtests.test(word=word):
            data, meta = answers(site, word)["search"]
            (hit,) = data
            assert hit["item"]["title"] == "The affair, corrected"
            assert meta["total"] == 1
    (hit,) = answers(site, "corrected")["search"][0]
    assert hit["highlights"]["title"] == "The affair, <mark>corrected</mark>"
    (suggested,) = answers(site, "the affai")["suggest"]["data"]
    assert suggested["title"] == "The affair, corrected"
    assert suggested["highlighted"] == "<mark>The</mark> <mark>affair</mark>, corrected"
    assert answers(site, "affair")["search&tag=shadow"][1]["total"] == 0  # the tag was dropped
    before = {q: _unranked(answers(site, q)) for q in ("zamponas", "corrected", SECRET)}
    caught_up(runtime)
    for q, said in before.items():
        assert _unranked(answers(site, q)) == said, q


def _unranked(said: dict[str, Any]) -> Any:
    """What the answers say but for weights and who gave them."""
    text = json.dumps(said, default=str, sort_keys=True)
    kept = json.loads(text)
    for name, part in kept.items():
        if name.startswith("search"):
            part[1].pop("engine")
            for hit in part[0]:
                hit.pop("score")
    return kept


def test_pages_hold_everything_once_while_some_of_it_is_late(site: Site) -> None:
    runtime = site.runtime
    keys = [
        builders.published(runtime, title=f"Charango number {at}", slug=f"charango-{at}")
        for at in range(9)
    ]
    caught_up(runtime)
    corrected(runtime, keys[4], title="Charango, corrected", slug="charango-4")
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, keys[7], "It was forged.")
    new = builders.published(runtime, title="A new charango", slug="charango-new")
    wanted = {str(key) for key in [*keys, new]} - {str(keys[7])}
    seen: list[str] = []
    for page in range(1, 6):
        body = site.client.get(f"/v1/search?q=charango&limit=2&page={page}&facets=kind").json()
        assert body["meta"]["total"] == len(wanted)
        assert body["meta"]["facets"]["kind"][0]["count"] == len(wanted)
        assert (body["links"]["next"] is None) == (page == 5)
        seen += [hit["item"]["id"] for hit in body["data"]]
    assert sorted(seen) == sorted(wanted)
    hits = [
        hit["id"]
        for page in (1, 2, 3)
        for hit in site.search(q="charango", hitsPerPage=3, page=page)["hits"]
    ]
    assert sorted(hits) == sorted(wanted)


def test_the_former_name_of_a_tag_and_a_sponsor_who_left_are_not_told(site: Site) -> None:
    runtime = site.runtime
    key = builders.tag(runtime, "hidden", names={"en": f"Tag {SECRET}"})
    with runtime.publishing() as tx:
        sponsor = SPONSORS.add(tx, EDITOR, SponsorInput(name=f"Sponsor {SECRET}")).id
    caught_up(runtime)
    assert len(answers(site, SECRET)["suggest"]["data"]) == 2
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, key, 1, TagChange(names={"en": "Tag renamed"}))
        SPONSORS.remove(tx, EDITOR, sponsor, 1)
    late = answers(site, SECRET)
    assert late["search"][1]["total"] == 0
    assert SECRET not in told(late, SECRET)
    assert [one["title"] for one in answers(site, "renam")["suggest"]["data"]] == ["Tag renamed"]


def test_more_than_can_be_looked_up_is_left_out_until_the_index_has_followed(
    site: Site, subtests: pytest.Subtests
) -> None:
    runtime = site.runtime
    keys = [secret(runtime, slug=f"affair-{at}") for at in range(25)]
    caught_up(runtime)
    for at, key in enumerate(keys):
        corrected(runtime, key, slug=f"affair-{at}")
    for q in (SECRET, "affair", "lima"):
        with subtests.test(q=q):
            late = answers(site, q)
            assert SECRET not in told(late, q)
            assert late["search"][1]["total"] == 0
    caught_up(runtime)
    assert answers(site, "affair")["search"][1]["total"] == 25
    assert answers(site, SECRET)["search"][1]["total"] == 0


def test_an_index_of_another_store_shows_and_counts_nothing_that_cannot_be_looked_up(
    site: Site, subtests: pytest.Subtests
) -> None:
    runtime = site.runtime
    key = secret(runtime)
    caught_up(runtime)
    corrected(runtime, key)
    foreign = "1:1:0123456789abcdef"
    for held in filter(None, (runtime.search.main, runtime.search.standby)):
        engine = held.to_write()
        engine.take()
        engine.apply([], [], foreign)
    runtime.search.note_write()
    late = answers(site, SECRET)
    assert SECRET not in told(late, SECRET)
    for name in ("search", "search&limit=1&page=2", "search&facets=year&limit=1&page=2"):
        with subtests.test(name=name):
            assert late[name][1]["total"] == 0
            assert not any(late[name][1].get("facets", {}).values())
    assert answers(site, "lake")["search"][1]["total"] == 2
