"""Feeds from outside: valid in three formats, whole back to the first day, true after takedowns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml.html import fromstring

from app.editorial import articles, correcting, publishing
from app.editorial.content import prepare
from app.runtime import open_runtime
from app.worker.indexing import IndexFollower
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, client_of
from tests.feeds.articles import ODD, feed, rich
from tests.feeds.reading import Document, document, parsed, texts, tree
from tests.stores import settings_of

FORMATS = ("rss", "atom", "json")


def test_atom_says_everything(bench: Bench) -> None:
    key, other = rich(bench)
    body = feed(bench, "atom", "lang=en")
    found = parsed(body)
    assert found.version == "atom10"
    (entry,) = found.entries
    assert entry.id == f"urn:uuid:{key}"
    assert entry.title == ODD
    assert entry.summary == ODD
    assert entry.published == entry.updated == "2019-05-01T10:00:00+00:00"
    assert [author.name for author in entry.authors] == ["Ana Pérez", "B & C"]
    root = tree(body)
    (it,) = root.xpath("atom:entry", namespaces={"atom": "http://www.w3.org/2005/Atom"})
    detail = bench.client.get("/v1/articles/one").json()["data"]
    assert texts(it, "atom:content[@type='html']") == [detail["body_html"]]
    assert texts(it, "atom:rights") == ["Credit & Co. https://licence.example/by"]
    assert texts(it, "atom:category/@term") == ["water"]
    assert texts(it, "atom:category/@label") == ["Water & land"]
    base = bench.runtime.settings.public_url
    links = {
        (link.get("rel"), link.get("hreflang")): (link.get("href"), link.get("type"))
        for link in it
        if link.tag.endswith("}link")
    }
    assert links == {
        ("alternate", None): (f"{base}/v1/articles/one", None),
        ("alternate", "es"): (f"{base}/v1/articles/uno", None),
        ("alternate", "en"): (f"{base}/v1/articles/one", None),
        ("enclosure", None): ("https://pix.example/a.JPG?w=1&h=2", "image/jpeg"),
        ("license", None): ("https://licence.example/by", None),
        ("via", None): ("https://voz.example/a?b=1&c=%C3%B1", None),
    }
    assert it.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert document(body).is_complete
    assert set(document(feed(bench, "atom")).ids) == {f"urn:uuid:{other}", f"urn:uuid:{key}"}


def test_rss_says_everything(bench: Bench) -> None:
    key, _ = rich(bench)
    body = feed(bench, "rss", "lang=en")
    found = parsed(body)
    assert (found.version, found.feed.language) == ("rss20", "en")
    (entry,) = found.entries
    assert (entry.id, entry.guidislink) == (f"urn:uuid:{key}", False)
    detail = bench.client.get("/v1/articles/one").json()["data"]
    (item,) = tree(body).xpath("channel/item")
    assert texts(item, "title") == [ODD]
    assert texts(item, "description") == [escape(ODD, quote=False)]  # which is HTML
    assert texts(item, "content:encoded") == [detail["body_html"]]
    assert texts(item, "dc:creator") == ["Ana Pérez", "B & C"]
    assert texts(item, "dc:rights") == ["Credit & Co. https://licence.example/by"]
    assert texts(item, "dc:language") == ["en"]
    assert texts(item, "dc:source") == ["https://voz.example/a?b=1&c=ñ"]
    assert texts(item, "pubDate") == ["Wed, 01 May 2019 10:00:00 +0000"]
    assert texts(item, "category") == ["Water & land"]
    assert texts(item, "enclosure/@type") == ["image/jpeg"]
    base = bench.runtime.settings.public_url
    assert texts(item, "atom:link[@hreflang='es']/@href") == [f"{base}/v1/articles/uno"]
    assert texts(item, "atom:link[@rel='license']/@href") == ["https://licence.example/by"]


def test_json_feed_says_everything(bench: Bench) -> None:
    key, _ = rich(bench)
    base = bench.runtime.settings.public_url
    detail = bench.client.get("/v1/articles/one").json()["data"]
    found = bench.client.get("/v1/feeds/articles.json?lang=en").json()
    about = {"licence": detail_licence(bench), "about": f"{base}/v1"}
    assert found == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Peru Support Group: en",
        "home_page_url": f"{base}/v1",
        "feed_url": f"{base}/v1/feeds/articles.json?lang=en",
        "description": "Published by Peru Support Group",
        "authors": [{"name": "Peru Support Group", "url": f"{base}/v1"}],
        "language": "en",
        "items": [
            {
                "id": f"urn:uuid:{key}",
                "url": f"{base}/v1/articles/one",
                "external_url": "https://voz.example/a?b=1&c=ñ",
                "title": ODD,
                "content_html": detail["body_html"],
                "summary": ODD,
                "image": "https://pix.example/a.JPG?w=1&h=2",
                "date_published": "2019-05-01T10:00:00Z",
                "date_modified": "2019-05-01T10:00:00Z",
                "authors": [{"name": "Ana Pérez"}, {"name": "B & C"}],
                "tags": ["Water & land"],
                "language": "en",
                "attachments": [
                    {
                        "url": "https://pix.example/a.JPG?w=1&h=2",
                        "mime_type": "image/jpeg",
                        "title": "A <lake>",
                    }
                ],
                "_willay": {
                    "kind": "article",
                    "rights": detail["rights"],
                    "source": detail["source"],
                    "corrections": [],
                    "translations": [{"lang": "es", "url": f"{base}/v1/articles/uno"}],
                },
            }
        ],
        "_willay": about,
    }


def detail_licence(bench: Bench) -> str:
    return bench.runtime.settings.default_licence


def test_an_id_outlives_its_slug_and_a_correction_moves_updated(quiet: Bench) -> None:
    runtime = quiet.runtime
    key = builders.published(runtime, slug="first", published_at=datetime(2019, 5, 1, tzinfo=UTC))
    before = parsed(feed(quiet, "atom")).entries[0]
    quiet.clock.move(days=1)
    with runtime.publishing() as tx:
        content = articles.read(tx, key).content.model_copy(update={"slug": "second"})
        draft = prepare(content, runtime.site_rules)
        correcting.correct(tx, EDITOR, key, 1, runtime.site_rules, "A name was wrong.", draft=draft)
    after = parsed(feed(quiet, "atom")).entries[0]
    assert after.id == before.id
    assert after.link.endswith("/second")
    assert (before.updated, after.updated) == (
        "2019-05-01T00:00:00+00:00",
        "2026-03-02T12:00:00+00:00",
    )
    assert after.published == before.published
    (item,) = quiet.client.get("/v1/feeds/articles.json").json()["items"]
    assert item["_willay"]["corrections"] == [
        {"at": "2026-03-02T12:00:00Z", "note": "A name was wrong."}
    ]


RELATIVE = """
A claim.[^1] [Aims](/aims), [next](two?a=1&b=2), [top](#top), [host](//h.example/x),
[far](https://x.example/?a=1&b=2), [mail](mailto:a@b.example), and ` href="#no"` in words.

[^1]: Its source.
"""


def test_what_a_text_refers_to_is_found_from_elsewhere(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    builders.published(quiet.runtime, slug="one", body=RELATIVE)
    plain = quiet.client.get("/v1/articles/one").json()["data"]["body_html"]
    prefix = plain.partition('href="#')[2].partition("fn1")[0]  # of the ids of this body
    assert prefix.startswith("t")
    page = f"{quiet.runtime.settings.public_url}/v1/articles/one"
    base = page.removesuffix("one")
    origin = quiet.runtime.settings.public_url
    for kind in FORMATS:
        with subtests.test(kind=kind):
            if kind == "json":
                shown = quiet.client.get("/v1/feeds/articles.json").json()["items"][0][
                    "content_html"
                ]
            else:
                path = {"rss": "//content:encoded", "atom": "//atom:content"}[kind]
                (shown,) = texts(tree(feed(quiet, kind)), path)
            found = fromstring(f"<div>{shown}</div>")
            assert found.xpath("//a/@href") == [
                f"{page}#{prefix}fn1",
                f"{origin}/aims",
                f"{base}two?a=1&b=2",
                f"{page}#top",
                "http://h.example/x",
                "https://x.example/?a=1&b=2",
                "mailto:a@b.example",
                f"{page}#{prefix}fnref1",
            ]
            assert found.text_content() == fromstring(f"<div>{plain}</div>").text_content()


def walked(bench: Bench, kind: str, query: str, relation: str) -> Iterator[Document]:
    url: str | None = f"/v1/feeds/articles.{kind}?{query}"
    for _ in range(200):
        if url is None:
            return
        found = document(bench.client.get(url).content)
        if found.is_archive:
            assert found.links["self"].endswith(url)  # links name the newest version
        yield found
        url = found.links.get(relation)
    raise AssertionError("the walk does not end")


FILTERS = [
    *("", "lang=en", "tag=water", "tag=-water&lang=es", "rights=syndicatable"),
    *("from_date=2004-06-15&to_date=2005-02-10", "kind=page"),
]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_the_archive_is_whole(archive: Bench, kind: str, filters: str) -> None:
    listed = archive.client.get(f"/v1/articles?limit=100&{filters}").json()["data"]
    wanted = [f"urn:uuid:{item['id']}" for item in listed]
    followed, *months = walked(archive, kind, f"limit=3&{filters}", "prev-archive")
    assert followed.ids == wanted[:3]
    assert followed.is_complete == (len(wanted) <= 3)
    if months:
        assert [key for month in months for key in month.ids] == wanted
        assert all(month.is_archive and month.ids for month in months)
        oldest = months[-1].links["self"]
        base = archive.runtime.settings.public_url
        query = oldest.removeprefix(f"{base}/v1/feeds/articles.{kind}?")
        upwards = list(walked(archive, kind, query, "next-archive"))
        assert upwards == months[::-1]
        current = months[0].links["current"]
        assert document(archive.client.get(current).content).ids == wanted[:20]


@pytest.mark.parametrize("filters", FILTERS)
def test_next_url_leads_through_all_of_it(archive: Bench, filters: str) -> None:
    listed = archive.client.get(f"/v1/articles?limit=100&{filters}").json()["data"]
    found: list[str] = []
    url: str | None = f"/v1/feeds/articles.json?limit=7&{filters}"
    while url:
        page = archive.client.get(url).json()
        found += [item["id"] for item in page["items"]]
        url = page.get("next_url")
    assert found == [f"urn:uuid:{item['id']}" for item in listed]


@pytest.mark.parametrize("how", ["retracted", "expired"])
def test_a_takedown_is_told_and_changes_its_month_alone(own_archive: Bench, how: str) -> None:
    listed = own_archive.client.get("/v1/articles?limit=100").json()["data"]
    victim = listed[30]
    gone = f"urn:uuid:{victim['id']}"
    before = list(walked(own_archive, "atom", "limit=3", "prev-archive"))
    holding = next(month for month in before[1:] if gone in month.ids)
    tag = own_archive.client.get(holding.links["self"]).headers["ETag"]
    key = UUID(victim["id"])
    with own_archive.runtime.publishing() as tx:
        if how == "retracted":
            publishing.retract(tx, EDITOR, key, "Forged & false.")
        else:
            until = own_archive.clock() + timedelta(minutes=1)
            publishing.publish(tx, EDITOR, key, 1, own_archive.runtime.site_rules, until=until)
    own_archive.clock.move(minutes=5)
    own_archive.runtime.promote()
    after = list(walked(own_archive, "atom", "limit=3", "prev-archive"))
    assert after[0].deleted == [gone]
    assert gone not in [key for month in after for key in month.ids]
    # The old address of the month still answers, with what is true now, and says what changed.
    again = own_archive.client.get(holding.links["self"])
    now = document(again.content)
    assert now.deleted == [gone]
    assert again.headers["ETag"] != tag
    comment = texts(tree(again.content), "at:deleted-entry/at:comment")
    reason = "This article was retracted. Forged & false."
    assert comment == [reason if how == "retracted" else "This article has expired."]
    versions = {m.links["self"].split("&")[0]: m.links["self"] for m in before[1:]}
    changed = [m for m in after[1:] if m.links["self"] not in versions.values()]
    assert [m.links["self"] for m in changed] == ([now.links["self"]] if now.ids else [])


def test_a_feed_of_search_words_reveals_what_the_store_shows(own_archive: Bench) -> None:
    builders.published(own_archive.runtime, title="A lake dries", lang="en")
    key = builders.published(own_archive.runtime, title="Another lake", lang="en")
    own_archive.runtime.promote()
    while IndexFollower(own_archive.runtime).step():
        pass
    for kind in ("rss", "atom"):
        assert len(document(feed(own_archive, kind, "q=lake&lang=en")).ids) == 2
    assert (
        len(own_archive.client.get("/v1/feeds/articles.json?q=lake&lang=es").json()["items"]) == 0
    )
    with own_archive.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Wrong.")
    assert len(document(feed(own_archive, "atom", "q=lake")).ids) == 1  # though the index is late


@pytest.mark.parametrize("kind", FORMATS)
def test_conditions_by_tag_and_by_date(own_archive: Bench, kind: str) -> None:
    url = f"/v1/feeds/articles.{kind}"
    own_archive.clock.move(seconds=5)
    first = own_archive.client.get(url)
    assert first.headers["Cache-Control"] == "public, max-age=30"
    assert first.headers["Surrogate-Key"] == "lists all"
    modified = first.headers["Last-Modified"]
    moment = parsedate_to_datetime(modified)
    assert moment <= own_archive.clock()
    older = format_datetime(moment - timedelta(seconds=1), usegmt=True)
    cases: list[tuple[dict[str, str], int]] = [
        ({"If-None-Match": first.headers["ETag"]}, 304),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": older}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": "Thu, 32 Foo 2026 99:99:99 GMT"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": modified}, 200),
    ]
    for headers, status in cases:
        assert own_archive.client.get(url, headers=headers).status_code == status, headers
    builders.published(own_archive.runtime, title="later")
    at_once = own_archive.client.get(url, headers={"If-Modified-Since": modified})
    assert at_once.status_code == 200
    # Within the second of a change nothing claims a date: another change may follow in it.
    own_archive.clock.move(milliseconds=300)
    builders.published(own_archive.runtime, title="latest")
    assert "Last-Modified" not in own_archive.client.get(url).headers
    head = own_archive.client.head(url)
    assert (head.status_code, head.content) == (200, b"")


def test_addresses_come_from_the_settings(quiet: Bench) -> None:
    builders.published(quiet.runtime, slug="one", lang="es")
    builders.published(quiet.runtime, slug="aims", kind="page")
    settings = settings_of(
        quiet.runtime.settings.data_dir,
        site_url="https://site.example/",
        article_url="{site}/{lang}/n/{slug}.html",
        websub_hub="https://hub.example/",
    )
    with open_runtime(settings, quiet.clock) as runtime, client_of(runtime) as client:
        found = client.get("/v1/feeds/articles.json").json()
        answer = client.get("/v1/feeds/articles.atom?kind=page")
    assert found["items"][0]["url"] == "https://site.example/es/n/one.html"
    assert found["home_page_url"] == "https://site.example"
    assert found["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    page = document(answer.content)
    assert page.links["hub"] == "https://hub.example/"
    assert parsed(answer.content).entries[0].link == "https://site.example/aims"
    assert '<https://hub.example/>; rel="hub"' in answer.headers["Link"]
    assert 'rel="self"' in answer.headers["Link"]


@pytest.mark.parametrize(
    "template", ["{site}/news", "{site}/{slug}/{secret}", "{site}/{slug}/{", "/x/{slug}", "{}"]
)
def test_a_template_that_cannot_be_right_is_refused(template: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="article_url"):
        settings_of(tmp_path, article_url=template)


BAD: list[tuple[str, str, int, str, str | None]] = [
    *(
        ("atom", f"month={month}", 400, "invalid_parameter", "month")
        for month in ("2012-13", "2012-00", "2012", "12-07", "2012-7", "-1", "2012-07-01", "x")
    ),
    ("rss", "month=0000-01", 400, "invalid_date", "month"),
    ("atom", "month=2012-07&limit=20", 400, "whole_month", "limit"),
    ("atom", "month=2012-07&version=z", 400, "invalid_parameter", "version"),
    ("rss", "version=0123456789ab", 400, "version_without_month", "version"),
    ("atom", "month=2012-07&q=x", 400, "words_without_archive", "month"),
    ("atom", "part=2", 400, "part_without_month", "part"),
    ("atom", "part=2&q=x", 400, "words_without_archive", "part"),
    ("rss", "month=2012-07&part=-1", 400, "invalid_parameter", "part"),
    ("rss", "month=2012-07&part=x", 400, "invalid_parameter", "part"),
    ("json", "part=2", 400, "unknown_parameter", "part"),
    ("atom", "cursor=x", 400, "unknown_parameter", "cursor"),
    ("json", "month=2012-07", 400, "unknown_parameter", "month"),
    ("json", "cursor=x", 400, "invalid_cursor", "cursor"),
    ("json", "cursor=x&q=y", 400, "words_without_archive", "cursor"),
    ("json", "limit=-1", 400, "invalid_parameter", "limit"),
    ("json", "limit=101", 400, "invalid_parameter", "limit"),
    ("rss", "tag=watr", 400, "unknown_tag", "tag"),
    ("rss", "lang=fr", 400, "unknown_language", "lang"),
    ("rdf", "", 404, "not_found", None),
    ("xml", "", 404, "not_found", None),
    ("", "", 404, "not_found", None),
]


@pytest.mark.parametrize(("kind", "query", "status", "code", "parameter"), BAD)
def test_bad_input(
    archive: Bench, kind: str, query: str, status: int, code: str, parameter: str | None
) -> None:
    answer = archive.client.get(f"/v1/feeds/articles.{kind}?{query}")
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    if parameter is not None:
        assert problem["errors"][0]["parameter"] == parameter


def test_months_at_the_ends_of_time(archive: Bench, subtests: pytest.Subtests) -> None:
    for month in ("0001-01", "9998-12", "9999-12", "2026-03"):
        for kind in ("rss", "atom"):
            with subtests.test(month=month, kind=kind):
                found = document(feed(archive, kind, f"month={month}"))
                assert found.ids == []
                assert found.is_archive
                assert ("prev-archive" in found.links) == (month > "2004")
                assert ("next-archive" in found.links) == (month < "2004")


def test_a_cursor_opens_only_the_feed_it_came_from(archive: Bench) -> None:
    found = archive.client.get("/v1/feeds/articles.json?limit=5&lang=es").json()
    cursor = found["next_url"].partition("cursor=")[2]
    assert archive.client.get(f"/v1/feeds/articles.json?lang=es&cursor={cursor}").status_code == 200
    other = archive.client.get(f"/v1/feeds/articles.json?lang=en&cursor={cursor}")
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")
