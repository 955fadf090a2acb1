"""Validators, cache life, purge keys and `Link`: what caches and walkers rely on."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.changes import head
from app.editorial import articles, people, publishing, tags
from app.editorial import site as site_record
from app.editorial.content import ArticleInput, prepare
from app.editorial.site_input import MachineLicence, SiteInput
from app.published.cache_keys import log_place
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, bench_in
from tests.contract.routes import ROUTES, filled
from tests.search.follow import follow


@pytest.fixture
def service(quiet: Bench) -> Bench:
    """For tests that change something."""
    return filled(quiet)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """For tests that only read."""
    with bench_in(tmp_path_factory.mktemp("site"), serve_worker=False) as bench:
        filled(bench)
        follow(bench.runtime)
        yield bench


def cache_seconds(bench: Bench, url: str) -> int:
    header = bench.client.get(url).headers["Cache-Control"]
    found = re.fullmatch(r"public, max-age=(\d+)", header)
    assert found, header
    return int(found[1])


@pytest.mark.parametrize("url", ROUTES)
def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(
    service: Bench, url: str, subtests: pytest.Subtests
) -> None:
    first = service.client.get(url)
    tag = first.headers["ETag"]
    assert service.client.get(url).headers["ETag"] == tag
    for condition in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*", f"{tag},"):
        with subtests.test(condition=condition):
            answer = service.client.get(url, headers={"If-None-Match": condition})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["ETag"] == tag
            assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]
    for condition in ('"other"', "", tag[:-2] + '"', tag.upper()):
        with subtests.test(condition=condition):
            answer = service.client.get(url, headers={"If-None-Match": condition})
            assert (answer.status_code, answer.content) == (200, first.content)
    builders.published(service.runtime, title="later")
    changed = service.client.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_every_address_has_its_own_validator(site: Bench) -> None:
    urls = [*ROUTES, "/v1/articles?limit=1", "/v1/articles?limit=2", "/v1/articles?fields=title"]
    answers = [site.client.get(url).headers["ETag"] for url in urls]
    assert len(set(answers)) == len(answers)


@pytest.mark.parametrize("url", ROUTES)
def test_no_answer_is_kept_beyond_the_next_change(service: Bench, url: str) -> None:
    assert cache_seconds(service, url) == service.runtime.settings.cache_seconds == 30
    service.clock.move(seconds=1)  # past the ticks that many publications at one instant have taken
    article = builders.draft(service.runtime, title="due")
    due = service.clock.now + timedelta(seconds=10)
    builders.publish(service.runtime, article, at=due, until=due + timedelta(seconds=20))
    before = service.client.get(url)
    assert cache_seconds(service, url) == 10
    service.clock.move(seconds=9.5)
    assert cache_seconds(service, url) == 0
    service.clock.move(seconds=0.5)
    # Due, and the log has not caught up: nothing may be kept, and old validators fail.
    stale = service.client.get(url, headers={"If-None-Match": before.headers["ETag"]})
    assert stale.status_code == 200
    assert cache_seconds(service, url) == 0
    service.runtime.promote()
    assert cache_seconds(service, url) == 20
    service.clock.move(seconds=20)
    service.runtime.promote()
    assert cache_seconds(service, url) == 30


def test_what_is_due_shows_at_its_instant_whatever_was_remembered(service: Bench) -> None:
    """Counts, archive and tags' counts are remembered: none of them may outlive a boundary."""

    def counts() -> list[int]:
        get = service.client.get
        return [
            get("/v1/articles?count=true").json()["meta"]["total"],
            sum(year["count"] for year in get("/v1/archive").json()["data"]),
            get("/v1/tags?type=topic").json()["data"][-1]["articles_count"],
            get("/v1/tags/water").json()["data"]["articles_count"],
        ]

    article = builders.draft(service.runtime, title="due", tags=("water",))
    due = service.clock.now + timedelta(seconds=10)
    builders.publish(service.runtime, article, at=due, until=due + timedelta(seconds=10))
    assert counts() == [23] * 4
    service.clock.move(seconds=10)
    assert counts() == [24] * 4
    service.runtime.promote()
    assert counts() == [24] * 4
    service.clock.move(seconds=10)
    assert counts() == [23] * 4


def test_the_validity_of_sponsors_and_members_bounds_caches_too(service: Bench) -> None:
    today = service.clock.now.date()
    with service.runtime.publishing() as tx:
        people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="S", valid_to=today))
        people.MEMBERS.add(
            tx, EDITOR, people.MemberInput(name="M", term_from=today + timedelta(days=1))
        )
    service.clock.now = datetime.combine(today, datetime.min.time(), UTC) + timedelta(
        days=1, seconds=-7
    )
    service.runtime.promote()

    def names(url: str) -> list[str]:
        return [item["name"] for item in service.client.get(url).json()["data"]]

    assert (names("/v1/sponsors"), names("/v1/committee")) == (["S"], [])
    assert cache_seconds(service, "/v1/sponsors") == 7
    service.clock.move(seconds=7)
    assert (names("/v1/sponsors"), names("/v1/committee")) == ([], ["M"])
    assert date.fromisoformat(service.client.get("/v1/committee").json()["data"][0]["term_from"])


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("/v1", "service"),
        ("/v1/articles", "lists"),
        ("/v1/articles?tag=water", "lists"),
        ("/v1/articles/n1.jsonld", "article/{id}"),
        ("/v1/tags", "lists"),
        ("/v1/tags/water", "tag/{tag} lists"),
        ("/v1/archive", "lists"),
        ("/v1/sponsors", "lists"),
        ("/v1/committee", "lists"),
        ("/v1/events", "lists"),
        ("/v1/feeds/events.ics", "lists"),
        ("/v1/feeds/articles.atom", "lists"),
        ("/v1/feeds/articles.atom?q=n1", "lists search"),
        ("/v1/resolve?path=/n1", "lists"),
        ("/v1/oembed?url=http://127.0.0.1:8000/n1", "lists"),
        ("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc", "lists"),
        ("/sitemap.xml", "lists"),
        ("/sitemaps/news.xml", "lists"),
        ("/robots.txt", "lists"),
        ("/v1/search?q=n1", "search"),
        ("/v1/search/suggest?q=n1", "search"),
        ("/v1/changes", "changes"),
    ],
)
def test_what_an_answer_is_purged_by(site: Bench, url: str, keys: str) -> None:
    answer = site.client.get(url)
    served = site.client.get("/v1/articles/n1").json()["data"]["id"]
    tag = site.client.get("/v1/tags/water").json()["data"]["id"]
    assert answer.headers["Surrogate-Key"] == keys.format(id=served, tag=tag) + " all"
    assert site.client.head(url).headers == answer.headers


def test_the_page_of_an_article_is_purged_with_the_articles_that_it_shows(site: Bench) -> None:
    answer = site.client.get("/v1/articles/n1")
    article = answer.json()["data"]
    assert len(article["related"]) == 5
    beside = [item for item in article["neighbours"].values() if item]
    assert beside
    everything = (article, *article["related"], *beside)
    shown = dict.fromkeys(f"article/{item['id']}" for item in everything)
    assert answer.headers["Surrogate-Key"].split() == [*shown, "all"]
    part = site.client.get("/v1/articles/n1?fields=title")
    assert part.headers["Surrogate-Key"] == answer.headers["Surrogate-Key"]


def test_every_answer_names_the_place_in_the_log_that_it_was_made_from(
    service: Bench, subtests: pytest.Subtests
) -> None:
    """Every public GET of the contract, but for what no cache keeps."""
    key = builders.medium(service.runtime, alt={"en": "A lake"})
    builders.published(service.runtime, title="shown", image={"media_id": key})
    event = builders.event(service.runtime)
    licence = MachineLicence(permits=("search",), tdm_reserved=True)
    with service.runtime.publishing() as tx:
        site_record.upsert(tx, SiteInput(machines=licence), service.runtime.site_rules, None)
    follow(service.runtime)
    with service.runtime.database.reading() as tx:
        log = head(tx)
    fills = {
        "slug": ("n1", "water"),
        "media_id": (str(key),),
        "rendition": ("320.jpg",),
        "event_id": (str(event),),
        "period": ("2020-01",),
    }
    queries = {
        "/v1/resolve": "?path=/n1",
        "/v1/search/suggest": "?q=n1",
        "/v1/oembed": "?url=http://127.0.0.1:8000/n1",
        "/v1/oai": "?verb=Identify",
    }
    uncached = re.compile(
        "/v1/(admin|partner|preview|search/instant|subscriptions/{|newsletters/{)"
        "|/livez|/readyz|/metrics"
    )
    kept = 0
    for path, methods in service.client.contract.schema["paths"].items():
        if uncached.match(path) or "get" not in methods:
            continue
        wanted = {"/v1/tags/{slug}": "water", "/v1/authors/{slug}": "ana"}.get(path, "n1")
        address = path.replace("{slug}", wanted)
        for name, values in fills.items():
            address = address.replace("{" + name + "}", values[0])
        with subtests.test(path=path):
            answer = service.client.get(address + queries.get(path, ""))
            if answer.status_code == 404 and path == "/.well-known/security.txt":
                continue
            assert answer.status_code == 200, answer.text
            assert answer.headers["Cache-Control"].startswith("public, max-age=")
            assert answer.headers["Surrogate-Key"].endswith(" all")
            assert answer.headers["Willay-Sequence"] == log_place(log.sequence, log.epoch)
            kept += 1
    assert kept > 25


def test_a_search_names_the_place_of_an_index_that_is_behind(service: Bench) -> None:
    def sequence() -> int:
        answer = service.client.get("/v1/search?q=n1")
        return int(answer.headers["Willay-Sequence"].partition(";")[0])

    follow(service.runtime)
    before = sequence()
    assert before == 25
    builders.published(service.runtime, title="n100")
    assert sequence() == before
    follow(service.runtime)
    assert sequence() == before + 1


@pytest.mark.parametrize(
    ("settings", "life", "of_files"),
    [
        ({}, "max-age=30", "max-age=30"),
        ({"shared_cache_seconds": 90}, "max-age=30, s-maxage=90", "max-age=30, s-maxage=90"),
        ({"file_cache_seconds": 80}, "max-age=30", "max-age=80"),
        (
            {"stale_seconds": 20, "stale_if_error_seconds": 900},
            "max-age=30, stale-while-revalidate=20, stale-if-error=70",
            "max-age=30, stale-while-revalidate=20, stale-if-error=70",
        ),
        (
            {"shared_cache_seconds": 3600, "stale_seconds": 20},
            "max-age=30, s-maxage=100",
            "max-age=30, s-maxage=100",
        ),
        ({"cache_seconds": 0, "shared_cache_seconds": 9}, "max-age=0, s-maxage=9", ""),
    ],
)
def test_nothing_is_kept_beyond_a_boundary_not_even_stale(
    tmp_path: Path, settings: dict[str, int], life: str, of_files: str
) -> None:
    with bench_in(tmp_path, serve_worker=False, **settings) as bench:
        key = builders.medium(bench.runtime, alt={"en": "A lake"})
        builders.published(bench.runtime, title="shown", image={"media_id": key})
        bench.clock.move(seconds=1)  # past the ticks that publications at one instant have taken
        until = bench.clock.now + timedelta(seconds=100)
        builders.publish(bench.runtime, builders.draft(bench.runtime, title="due"), at=until)
        answer = bench.client.get("/v1/articles/shown")
        assert answer.headers["Cache-Control"] == f"public, {life}"
        file = bench.client.get(f"/v1/media/{key}/320.jpg")
        assert file.headers["Cache-Control"] == f"public, {of_files or life}"
        changes = bench.client.get("/v1/changes")
        assert changes.headers["Cache-Control"] == "public, max-age=0"
        bench.clock.now = until
        late = bench.client.get("/v1/articles/shown").headers["Cache-Control"]
        assert set(re.findall(r"=(\d+)", late)) == {"0"}


def test_keys_are_tags_too_for_those_who_want_them(tmp_path: Path) -> None:
    with bench_in(tmp_path, serve_worker=False, cache_tag=True) as bench:
        key = builders.medium(bench.runtime, alt={"en": "A lake"})
        article = builders.published(bench.runtime, title="shown", image={"media_id": key})
        for url, tags_ in (
            ("/v1/articles", "lists,all"),
            (f"/v1/media/{key}/320.jpg", f"media/{key},article/{article},all"),
        ):
            assert bench.client.get(url).headers["Cache-Tag"] == tags_


def test_problems_and_redirects_are_never_kept(service: Bench, subtests: pytest.Subtests) -> None:
    key = builders.published(service.runtime, title="wrong")
    with service.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")
    for url, status in (
        ("/v1/articles/wrong", 410),
        ("/v1/articles/none", 404),
        ("/v1/articles?limit=0", 400),
        ("/nothing", 404),
    ):
        with subtests.test(url=url, status=status):
            answer = service.client.get(url)
            assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
            assert "ETag" not in answer.headers


def test_an_old_slug_leads_to_the_new_one_with_its_question(service: Bench) -> None:
    key = builders.published(service.runtime, title="first")
    content = ArticleInput(lang="en", title="Second", slug="second", body="x")
    with service.runtime.publishing() as tx:
        ready = prepare(content, service.runtime.site_rules)
        row = articles.edit(tx, EDITOR, key, 1, ready, tx.moment)
    builders.publish(service.runtime, (key, row.revision))
    query = "?fields=title,slug&lang=en"
    answer = service.client.get(f"/v1/articles/first{query}", follow_redirects=False)
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"second{query}"
    assert answer.json()["code"] == "moved"
    followed = service.client.get(f"/v1/articles/first{query}")
    assert followed.url.path == "/v1/articles/second"
    assert followed.json() == {"data": {"title": "Second", "slug": "second"}}


def linked(header: str | None) -> dict[str, str]:
    """A `Link` header by relation (RFC 8288, section 3)."""
    found: dict[str, str] = {}
    for part in re.findall(r'<[^>]*>(?:\s*;\s*\w+="[^"]*")*', header or ""):
        target, _, rest = part[1:].partition(">")
        relation = re.search(r'rel="([^"]*)"', rest)
        assert relation, part
        found[relation[1]] = target
    return found


def walked(bench: Bench, url: str | None, relation: str) -> Iterator[list[Any]]:
    for _ in range(100):
        if url is None:
            return
        assert url.startswith(("/", f"{bench.runtime.settings.public_url}/v1/articles?"))
        answer = bench.client.get(url)
        body, links = answer.json(), linked(answer.headers.get("Link"))
        named = {name: to for name, to in body["links"].items() if to and name != "self"}
        assert links == named
        again = bench.client.get(body["links"]["self"])
        assert again.json()["data"] == body["data"]
        yield [item["slug"] for item in body["data"]]
        url = links.get(relation)
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("order", ["newest", "oldest", "updated"])
@pytest.mark.parametrize(
    "filters", ["", "&tag=water&fields=slug", "&tag=water|river&lang=en&count=true"]
)
@pytest.mark.parametrize("limit", [1, 5, 23, 24])
def test_the_links_lead_through_the_whole_list_and_back(
    site: Bench, order: str, filters: str, limit: int
) -> None:
    start = f"/v1/articles?limit={limit}&order={order}{filters}"
    whole = [
        slug for page in walked(site, start.replace(f"t={limit}", "t=100"), "next") for slug in page
    ]
    assert sorted(whole) == sorted({f"n{number}" for number in range(23)})
    forward = list(walked(site, start, "next"))
    assert [slug for page in forward for slug in page] == whole
    assert [len(page) for page in forward[:-1]] == [limit] * (len(forward) - 1)
    last = site.client.get(start)
    while "next" in (links := linked(last.headers.get("Link"))):
        last = site.client.get(links["next"])
    back = list(walked(site, last.json()["links"]["self"], "prev"))
    assert [slug for page in reversed(back) for slug in page] == whole


def test_a_walk_survives_what_comes_and_goes(service: Bench) -> None:
    first = service.client.get("/v1/articles?limit=10").json()
    seen = [item["slug"] for item in first["data"]]
    last_seen = service.client.get(f"/v1/articles/{seen[-1]}").json()["data"]["id"]
    with service.runtime.publishing() as tx:
        publishing.unpublish(tx, EDITOR, UUID(last_seen))
    builders.published(service.runtime, title="newest of all")
    url = first["links"]["next"]
    while url:
        page = service.client.get(url).json()
        seen += [item["slug"] for item in page["data"]]
        url = page["links"]["next"]
    assert sorted(seen) == sorted({f"n{number}" for number in range(23)})


def test_a_renamed_tag_shows_at_once(service: Bench) -> None:
    before = service.client.get("/v1/articles/n1")
    assert before.json()["data"]["tags"][0]["name"] == "Water"
    tag_id = service.client.get("/v1/tags/water").json()["data"]["id"]
    with service.runtime.publishing() as tx:
        tags.update(tx, EDITOR, UUID(tag_id), tags.TagInput(slug="water", names={"en": "Waters"}))
    after = service.client.get("/v1/articles/n1", headers={"If-None-Match": before.headers["ETag"]})
    assert after.json()["data"]["tags"][0]["name"] == "Waters"
