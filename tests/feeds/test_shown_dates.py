"""What a reader's program makes of an article's date and pages, whatever is known of the date."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.editorial import articles, publishing
from tests import builders
from tests.conftest import Bench, client_of, store
from tests.feeds.reading import parsed, texts, tree

KINDS = (
    ("time", datetime(2003, 9, 17, 0, 30, tzinfo=UTC), "2003-09-17T00:30:00Z"),
    ("day", datetime(2003, 9, 17, tzinfo=UTC), "2003-09-17"),
    ("month", datetime(2003, 9, 1, tzinfo=UTC), "2003-09"),
    ("year", datetime(2003, 1, 1, tzinfo=UTC), "2003"),
)
ZONES = [ZoneInfo(name) for name in ("America/Lima", "Europe/London", "Asia/Kolkata")]


@pytest.mark.parametrize(("precision", "shown", "partial"), KINDS)
def test_a_date_is_told_as_far_as_it_is_known(
    quiet: Bench, precision: str, shown: datetime, partial: str
) -> None:
    builders.published(
        quiet.runtime, slug="old", date_precision=precision, published_at=shown, updated_at=shown
    )

    def fetch(path: str) -> bytes:
        return bytes(quiet.client.get(path).content)

    assert quiet.client.get("/v1/articles/old.jsonld").json()["datePublished"] == partial
    inside = quiet.client.get("/v1/articles/old?include=jsonld").json()["data"]["jsonld"]
    assert inside["datePublished"] == partial
    oai = fetch("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert texts(tree(oai), "//dc:date") == [partial]

    (entry,) = tree(fetch("/v1/feeds/articles.atom")).xpath(
        "atom:entry", namespaces={"atom": "http://www.w3.org/2005/Atom"}
    )
    (item,) = quiet.client.get("/v1/feeds/articles.json").json()["items"]
    (sent,) = texts(tree(fetch("/v1/feeds/articles.rss")), "channel/item/pubDate")
    told = [
        datetime.fromisoformat(texts(entry, "atom:published")[0]),
        datetime.fromisoformat(item["date_published"]),
        parsedate_to_datetime(sent),
    ]
    if precision == "time":
        assert set(told) == {shown}
    for moment in told if precision != "time" else ():
        for zone in ZONES:
            assert moment.astimezone(zone).date() == shown.date(), zone
    assert datetime.fromisoformat(texts(entry, "atom:updated")[0]) >= told[0]
    assert item["date_modified"] >= item["date_published"]


def test_what_is_dated_today_is_not_told_of_the_future(quiet: Bench) -> None:
    """The clock stands at noon less three hours: noon is still to come."""
    quiet.clock.move(hours=-3)
    today = quiet.clock.now.replace(hour=0)
    builders.published(quiet.runtime, slug="new", date_precision="day", published_at=today)
    (item,) = quiet.client.get("/v1/feeds/articles.json").json()["items"]
    assert datetime.fromisoformat(item["date_published"]) == quiet.clock.now
    news = tree(quiet.client.get("/sitemaps/news.xml").content)
    (told,) = news.xpath("//*[local-name()='publication_date']/text()")
    assert told == today.date().isoformat()


def test_a_date_that_nobody_knows_is_not_catalogued(quiet: Bench) -> None:
    builders.published(
        quiet.runtime,
        date_precision="unknown",
        published_at=datetime(2010, 1, 1, tzinfo=UTC),
    )
    oai = quiet.client.get("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc").content
    assert texts(tree(oai), "//dc:date") == []


def linked(quiet: Bench) -> None:
    """The same story three times."""
    keys = [
        builders.published(quiet.runtime, lang=lang, slug=slug)
        for lang, slug in (("en", "mine"), ("es", "mina"))
    ]
    with quiet.runtime.publishing() as tx:
        articles.link_translations(
            tx, articles.lock_article(tx, keys[0], None), [keys[1]], tx.moment
        )
    builders.published(quiet.runtime, lang="en", slug="alone")


def test_readers_of_atom_find_each_article_at_its_own_page(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    """Whether they take the first page of several or the last."""
    linked(quiet)
    body = quiet.client.get("/v1/feeds/articles.atom").content
    by_id = {
        f"urn:uuid:{article['id']}": article["slug"]
        for article in quiet.client.get("/v1/articles").json()["data"]
    }
    found = parsed(body).entries
    assert len(found) == 3
    for entry in found:
        pages = [link for link in entry.links if link.rel == "alternate"]
        own = by_id[entry.id]
        for address in (entry.link, pages[0].href, pages[-1].href):
            with subtests.test(address=address):
                assert address.rsplit("/", 1)[1] == own
        languages = [link.get("hreflang") for link in pages]
        assert len(set(languages)) == len(languages), "RFC 4287, 4.1.1"


def test_a_sitemap_names_the_page_for_readers_of_other_languages(quiet: Bench) -> None:
    linked(quiet)
    month = quiet.client.get("/v1/articles").json()["data"][0]["published_at"][:7]
    root = tree(quiet.client.get(f"/sitemaps/{month}.xml").content)
    told = {
        url.findtext("{*}loc").rsplit("/", 1)[1]: {
            link.get("hreflang"): link.get("href").rsplit("/", 1)[1]
            for link in url.findall("{*}link")
        }
        for url in root
    }
    both = {"en": "mine", "es": "mina", "x-default": "mine"}
    assert told == {"mine": both, "mina": both, "alone": {}}


def test_a_picture_s_size_is_told_where_it_is_known(quiet: Bench) -> None:
    medium = builders.medium(quiet.runtime, alt={"en": "A march"}, credit="Ana Pérez")
    builders.published(quiet.runtime, slug="ours", image={"media_id": medium})
    builders.published(
        quiet.runtime,
        slug="elsewhere",
        image={"url": "https://pix.example/a.jpg", "alt": "A lake"},
    )
    pictures = {
        article["slug"]: article["image"]["url"]
        for article in quiet.client.get("/v1/articles").json()["data"]
    }
    base = quiet.runtime.settings.public_url
    size = str(len(quiet.client.get(pictures["ours"].removeprefix(base)).content))
    rss = tree(quiet.client.get("/v1/feeds/articles.rss").content)
    told = {e.get("url"): e.get("length") for e in rss.iter("enclosure")}
    assert told == {pictures["ours"]: size, pictures["elsewhere"]: "0"}
    space = {"media": "http://search.yahoo.com/mrss/"}
    (credit,) = rss.xpath("//media:content/media:credit/text()", namespaces=space)
    assert credit == "Ana Pérez"
    descriptions = rss.xpath("//media:content/media:description/text()", namespaces=space)
    assert descriptions == ["A lake", "A march"]
    atom = tree(quiet.client.get("/v1/feeds/articles.atom").content)
    links = atom.xpath("//*[local-name()='link'][@rel='enclosure']")
    assert {link.get("href"): link.get("length") for link in links} == {
        pictures["ours"]: size,
        pictures["elsewhere"]: None,
    }
    items = quiet.client.get("/v1/feeds/articles.json").json()["items"]
    sizes = [item["attachments"][0].get("size_in_bytes") for item in items]
    assert sizes == [None, int(size)]


def test_the_feed_s_own_date_moves_when_something_is_taken_down(quiet: Bench) -> None:
    old = datetime(2012, 1, 1, tzinfo=UTC)
    builders.published(quiet.runtime, slug="stays", published_at=old, updated_at=old)
    key = builders.published(quiet.runtime, slug="goes", published_at=old, updated_at=old)

    def told(kind: str) -> str:
        body = quiet.client.get(f"/v1/feeds/articles.{kind}").content
        return str(parsed(body).feed.updated)

    before = told("rss"), told("atom")
    quiet.clock.move(minutes=5)
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, builders.EDITOR, key, "Forged.")
    after = told("rss"), told("atom")
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_json_ld_names_the_author_s_page_and_the_logo(tmp_path: Path) -> None:
    site = {
        "site_url": "https://site.example",
        "author_url": "{site}/by/{slug}",
        "logo_url": "https://site.example/logo.png",
    }
    for number, settings in enumerate(({}, site)):
        with (
            store(None, tmp_path / str(number), **settings) as (runtime, _),
            client_of(runtime) as client,
        ):
            builders.published(runtime, slug="one", authors=({"name": "Ana Pérez"},))
            told = client.get("/v1/articles/one.jsonld").json()
            page = {"url": "https://site.example/by/ana-perez"} if settings else {}
            assert told["author"] == [{"@type": "Person", "name": "Ana Pérez", **page}]
            assert ("logo" in told["publisher"]) == bool(settings)
            assert {"image", "correction"}.isdisjoint(told)
