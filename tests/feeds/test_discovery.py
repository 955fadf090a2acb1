"""Sitemaps, robots, JSON-LD, oEmbed: what finds us, as it reads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.editorial import articles, correcting, publishing
from app.editorial.content import prepare
from app.runtime import open_runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, bench_in, client_of
from tests.feeds.articles import ODD, rich
from tests.feeds.reading import tree
from tests.search.follow import follow
from tests.stores import settings_of

MAPS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


def found(bench: Bench, url: str, path: str) -> list[str]:
    answer = bench.client.get(url)
    assert answer.status_code == 200, answer.text
    elements = tree(answer.content).xpath(path, namespaces=MAPS)
    return [str(one) if isinstance(one, str) else one.text for one in elements]


@pytest.fixture
def monthly_archive(quiet: Bench) -> Bench:
    for number in range(30):
        builders.published(
            quiet.runtime,
            title=f"n{number}",
            published_at=datetime(2004, 1, 31, 23, tzinfo=UTC) + timedelta(days=17 * number),
        )
    builders.published(quiet.runtime, slug="aims", kind="page")
    rich(quiet)
    return quiet


def test_the_sitemaps_name_every_page_once(monthly_archive: Bench) -> None:
    base = monthly_archive.runtime.settings.public_url
    parts = found(monthly_archive, "/sitemap.xml", "//s:loc")
    assert parts[:2] == [f"{base}/sitemaps/news.xml", f"{base}/sitemaps/pages.xml"]
    months = parts[2:]
    assert months == sorted(months, reverse=True)
    assert len(found(monthly_archive, "/sitemap.xml", "//s:lastmod")) == len(months)
    listed = monthly_archive.client.get("/v1/articles?limit=100").json()["data"]
    named = [page for month in months for page in found(monthly_archive, month, "//s:loc")]
    assert named == [f"{base}/v1/articles/{item['slug']}" for item in listed]
    changed = [at for month in months for at in found(monthly_archive, month, "//s:lastmod")]
    assert changed == [item["updated_at"] for item in listed]
    assert found(monthly_archive, "/sitemaps/pages.xml", "//s:loc") == [f"{base}/v1/articles/aims"]
    links = "//s:url[s:loc[contains(., '/one')]]/x:link"
    assert found(monthly_archive, "/sitemaps/2019-05.xml", f"{links}/@hreflang") == [
        "en",
        "es",
        "x-default",
    ]
    assert found(monthly_archive, "/sitemaps/2019-05.xml", f"{links}/@href") == [
        f"{base}/v1/articles/one",
        f"{base}/v1/articles/uno",
        f"{base}/v1/articles/one",
    ]
    assert found(monthly_archive, "/sitemaps/1999-01.xml", "//s:loc") == []


@pytest.mark.parametrize("month", ["2019-13", "2019-00", "0000-01", "19-05", "x-y", "2019-5"])
def test_a_month_that_is_none(monthly_archive: Bench, month: str) -> None:
    answer = monthly_archive.client.get(f"/sitemaps/{month}.xml")
    assert (answer.status_code, answer.json()["code"]) == (404, "month_not_found")


def test_news_are_of_two_days_and_age_by_themselves(monthly_archive: Bench) -> None:
    assert found(monthly_archive, "/sitemaps/news.xml", "//n:title") == []
    builders.published(monthly_archive.runtime, title=ODD, slug="today", lang="es")
    assert found(monthly_archive, "/sitemaps/news.xml", "//n:title") == [ODD]
    assert found(monthly_archive, "/sitemaps/news.xml", "//n:language") == ["es"]
    assert found(monthly_archive, "/sitemaps/news.xml", "//n:name") == ["Peru Support Group"]
    date = found(monthly_archive, "/sitemaps/news.xml", "//n:publication_date")
    listed = monthly_archive.client.get("/v1/articles?limit=1").json()["data"]
    assert date == [listed[0]["published_at"]]
    tag = monthly_archive.client.get("/sitemaps/news.xml").headers["ETag"]
    monthly_archive.clock.move(days=2, hours=1)
    again = monthly_archive.client.get("/sitemaps/news.xml", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert found(monthly_archive, "/sitemaps/news.xml", "//n:title") == []


def test_robots_and_language_models_are_told_where_to_read(monthly_archive: Bench) -> None:
    follow(monthly_archive.runtime)
    base = monthly_archive.runtime.settings.public_url
    robots = monthly_archive.client.get("/robots.txt").text.splitlines()
    assert robots == [
        "User-agent: *",
        "Disallow: /v1/admin",
        "Allow: /",
        "",
        f"Sitemap: {base}/sitemap.xml",
        f"Sitemap: {base}/sitemaps/news.xml",
    ]
    told = monthly_archive.client.get("/llms.txt").text
    assert told.startswith("# Peru Support Group\n\n> ")
    links = [line.partition("](")[2].partition(")")[0] for line in told.splitlines()]
    for link in filter(None, links):
        assert monthly_archive.client.get(link).status_code == 200, link


def test_who_found_a_weakness_is_told_where_to_report_it(tmp_path: Path) -> None:
    contact = "mailto:security@example.org"
    with bench_in(tmp_path, security_contact=contact) as bench:
        answer = bench.client.get("/.well-known/security.txt?utm_source=x")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text.splitlines() == [
            f"Contact: {contact}",
            "Expires: 2026-08-28T00:00:00Z",
            "Preferred-Languages: en, es",
            f"Canonical: {bench.runtime.settings.public_url}/.well-known/security.txt",
        ]
        known = {"If-None-Match": answer.headers["etag"]}
        assert bench.client.get("/.well-known/security.txt", headers=known).status_code == 304
        bench.clock.move(days=1)
        later = bench.client.get("/.well-known/security.txt", headers=known)
        assert "Expires: 2026-08-29T00:00:00Z" in later.text


def test_a_service_that_names_no_contact_says_so(quiet: Bench) -> None:
    answer = quiet.client.get("/.well-known/security.txt")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_security_contact")


@pytest.mark.parametrize(
    "contact",
    ["", "security@example.org", "mailto:x", "http://example.org", "https://", "mailto:a@b\nX"],
)
def test_a_contact_that_cannot_be_used_is_refused(contact: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="security_contact"):
        settings_of(tmp_path, security_contact=contact)


def test_json_ld_says_everything(quiet: Bench) -> None:
    key, _ = rich(quiet)
    runtime = quiet.runtime
    with runtime.publishing() as tx:
        correcting.correct(tx, EDITOR, key, 1, runtime.site_rules, "A name was wrong.")
    base = runtime.settings.public_url
    organisation = {"@type": "Organization", "name": "Peru Support Group", "url": f"{base}/v1"}
    expected: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": f"urn:uuid:{key}",
        "url": f"{base}/v1/articles/one",
        "mainEntityOfPage": f"{base}/v1/articles/one",
        "headline": ODD,
        "description": ODD,
        "datePublished": "2019-05-01T10:00:00Z",
        "dateModified": quiet.client.get("/v1/articles/one").json()["data"]["updated_at"],
        "inLanguage": "en",
        "author": [
            {"@type": "Person", "name": "Ana Pérez"},
            {"@type": "Person", "name": "B & C"},
        ],
        "publisher": organisation,
        "license": "https://licence.example/by",
        "creditText": "Credit & Co",
        "isAccessibleForFree": True,
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://pix.example/a.JPG?w=1&h=2",
                "description": "A <lake>",
            }
        ],
        "keywords": ["Water & land"],
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": "A name was wrong.",
                "datePublished": quiet.client.get("/v1/articles/one").json()["data"]["updated_at"],
            }
        ],
        "workTranslation": [
            {"@type": "NewsArticle", "url": f"{base}/v1/articles/uno", "inLanguage": "es"}
        ],
        "isBasedOn": {
            "@type": "CreativeWork",
            "name": "La Voz & Co",
            "url": "https://voz.example/a?b=1&c=ñ",
        },
    }
    linked = quiet.client.get("/v1/articles/one.jsonld")
    assert linked.headers["Content-Type"] == "application/ld+json"
    assert linked.json() == expected
    whole = quiet.client.get("/v1/articles/one?include=jsonld").json()["data"]
    assert whole.pop("jsonld") == expected
    assert whole == quiet.client.get("/v1/articles/one").json()["data"]
    alone = quiet.client.get("/v1/articles/one?fields=jsonld").json()
    assert alone == {"data": {"jsonld": expected}}
    assert quiet.client.get("/v1/articles/one.jsonld?lang=es").json()["inLanguage"] == "es"
    refused = quiet.client.get("/v1/articles?include=jsonld")
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_inclusion")


def test_json_ld_follows_an_article_to_its_new_slug_and_out_of_sight(quiet: Bench) -> None:
    runtime = quiet.runtime
    key = builders.published(runtime, slug="first")
    with runtime.publishing() as tx:
        content = articles.read(tx, key).content.model_copy(update={"slug": "second"})
        saved = articles.edit(tx, EDITOR, key, 1, prepare(content, runtime.site_rules), tx.moment)
        publishing.publish(tx, EDITOR, key, saved.revision, runtime.site_rules)
    moved = quiet.client.get("/v1/articles/first.jsonld?lang=en", follow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, "second.jsonld?lang=en")
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")
    gone = quiet.client.get("/v1/articles/second.jsonld")
    assert (gone.status_code, gone.json()["reason"]) == (410, "retracted")
    assert quiet.client.get("/v1/articles/never.jsonld").status_code == 404


@pytest.fixture
def site(quiet: Bench) -> Iterator[Bench]:
    """The same store with a front end."""
    builders.published(
        quiet.runtime, slug="one", title=ODD, summary="A & b.", authors=({"name": "Ana"},)
    )
    settings = settings_of(
        quiet.runtime.settings.data_dir,
        site_url="https://site.example",
        article_url="{site}/{lang}/n/{slug}.html",
    )
    with open_runtime(settings, quiet.clock) as runtime, client_of(runtime) as client:
        yield Bench(runtime, quiet.clock, client)


@pytest.mark.parametrize(
    "url",
    [
        "https://site.example/en/n/one.html",
        "https://site.example/one",
        "http://127.0.0.1:8000/v1/articles/one",
    ],
)
def test_an_article_is_embedded_by_its_address(site: Bench, url: str) -> None:
    answer = site.client.get("/v1/oembed", params={"url": url, "maxwidth": 300})
    assert answer.json() == {
        "type": "rich",
        "version": "1.0",
        "title": ODD,
        "author_name": "Ana",
        "provider_name": "Peru Support Group",
        "provider_url": "https://site.example",
        "cache_age": 30,
        "html": '<blockquote lang="en"><p><a href="https://site.example/en/n/one.html">'
        "Ñandú &amp; &lt;b&gt;“land”&lt;/b&gt; ]]&gt; 🌊</a></p><p>A &amp; b.</p>"
        "<footer>Ana, Peru Support Group</footer></blockquote>",
        "width": 300,
        "height": 200,
    }


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("url=https://site.example/en/n/none.html", 404, "article_not_found"),
        ("url=https://site.example/none", 404, "article_not_found"),
        ("url=https://site.example/a/b/none", 404, "path_not_found"),
        ("url=https://site.example.evil/en/n/one.html", 404, "address_not_found"),
        ("url=https://evil.example/one", 404, "address_not_found"),
        ("url=file:///etc/passwd", 404, "address_not_found"),
        ("url=https://site.example/%255b", 404, "path_not_found"),
        ("url=https://site.example/%2500", 400, "invalid_path"),
        ("url=x&format=xml", 501, "no_xml"),
        ("url=x&format=yaml", 400, "invalid_parameter"),
        ("url=x&maxwidth=0", 400, "invalid_parameter"),
        ("url=x&maxwidth=-1", 400, "invalid_parameter"),
        ("", 400, "invalid_parameter"),
    ],
)
def test_what_is_not_here_is_not_embedded(site: Bench, query: str, status: int, code: str) -> None:
    answer = site.client.get(f"/v1/oembed?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_json_ld_can_stand_in_a_script_of_a_page(quiet: Bench, subtests: pytest.Subtests) -> None:
    title = "A </script><script>alert(1)</script> <!-- & \u2028 end"
    summary = "100 %s </SCRIPT>"
    builders.published(quiet.runtime, title=title, slug="one", summary=summary)
    for path in (
        "/v1/articles/one.jsonld",
        "/v1/articles/one?include=jsonld&fields=id",
        "/v1/articles/one?fields=jsonld",
    ):
        with subtests.test(path=path):
            answer = quiet.client.get(path)
            assert not any(sign in answer.text for sign in "<>&\u2028\u2029")
            data = answer.json()
            data = data["data"]["jsonld"] if "data" in data else data
            assert (data["headline"], data["description"]) == (title, summary)
    whole = quiet.client.get("/v1/articles/one?include=jsonld")
    linked = whole.text.partition('"jsonld":')[2]
    assert not any(sign in linked for sign in "<>&\u2028\u2029")
    assert whole.json()["data"]["title"] == title
