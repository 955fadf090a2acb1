"""The site as readers get it: in their language, and never more than they may see."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.editorial import publishing, takedown
from tests import builders
from tests.builders import BY, EDITOR
from tests.caching.asking import ask
from tests.conftest import Bench, bench_in
from tests.site.publisher import Publisher

API = "http://127.0.0.1:8000"
DAY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def publisher(quiet: Bench) -> Publisher:
    return Publisher(quiet)


def page(publisher: Publisher, title: str, day: int = 0, **over: Any) -> Any:
    when = DAY + timedelta(days=day)
    fields = {"title": title, "kind": "page", "published_at": when} | over
    return builders.published(publisher.bench.runtime, **fields)


def translated(publisher: Publisher, kind: str = "page") -> None:
    """A thing in English and its translation into Spanish."""
    lines = publisher.bench.runtime.settings.data_dir / "pair.jsonl"
    same = f'"type": "article", "kind": "{kind}"'
    lines.write_text(
        f'{{{same}, "lang": "en", "title": "About", "slug": "about"}}\n'
        f'{{{same}, "lang": "es", "title": "Sobre", "slug": "sobre", '
        '"translations": [{"lang": "en", "slug": "about"}]}\n'
    )
    assert builders.imported(publisher.bench.runtime, lines).refused == []


def test_what_there_is_before_anybody_said_anything(publisher: Publisher) -> None:
    runtime = publisher.bench.runtime
    builders.tag(runtime, "land")
    builders.tag(runtime, "water", parent="land")
    for slug in ("air", "fire"):
        builders.tag(runtime, slug)
    builders.tag(runtime, "lima", type="place")
    builders.published(runtime, title="One", tags=["water", "lima"])
    builders.published(runtime, title="Two", tags=["water"])
    builders.published(runtime, title="Three", tags=["air"])
    page(publisher, "History", day=2)
    page(publisher, "Aims", day=1)
    builders.draft(runtime, title="Hidden", kind="page")
    entry = {"kind": "page", "children": []}
    assert publisher.site() == {
        "name": "Peru Support Group",
        "description": None,
        "languages": ["en", "es"],
        "lang": "en",
        "timezone": "UTC",
        "licence": "https://creativecommons.org/licenses/by-nc-sa/4.0",
        "url": None,
        "logo": None,
        "contact": None,
        "links": [],
        "navigation": [
            {**entry, "label": "Aims", "slug": "aims", "url": f"{API}/v1/articles/aims"},
            {**entry, "label": "History", "slug": "history", "url": f"{API}/v1/articles/history"},
        ],
        "sections": [
            {"slug": "land", "type": "topic", "name": "Land"},
            {"slug": "air", "type": "topic", "name": "Air"},
        ],
        "feeds": {
            **{name: f"{API}/v1/feeds/articles.{name}" for name in ("rss", "atom", "json")},
            "events": f"{API}/v1/feeds/events.ics",
            "newsletters": f"{API}/v1/feeds/newsletters.atom",
        },
        "addresses": {
            "article": f"{API}/v1/articles/{{slug}}",
            "page": f"{API}/v1/articles/{{slug}}",
            "tag": f"{API}/v1/tags/{{slug}}",
            "author": None,
        },
        "policies": dict.fromkeys(
            (
                *("principles", "ownership", "funding", "masthead", "mission", "ethics"),
                *("corrections", "verification", "unnamed_sources", "no_bylines", "feedback"),
                *("diversity", "diversity_staffing"),
            )
        ),
    }


def test_texts_are_in_the_wanted_language_where_they_can_be(publisher: Publisher) -> None:
    translated(publisher)
    builders.tag(publisher.bench.runtime, "water", names={"en": "Water", "es": "Agua"})
    page(publisher, "Only English", slug="only")
    publisher.save(
        names={"en": "The Valley", "es": "El Valle"},
        descriptions={"en": "News"},
        links=[{"labels": {"es": "Donar", "en": "Give"}, "url": "https://x.example/"}],
        sections=["water"],
        navigation=[
            {"page": "about"},
            {"page": "sobre", "labels": {"es": "Nosotros"}},
            {"page": "only", "labels": {"en": "Ours"}, "children": [{"tag": "water"}]},
            {"tag": "water", "labels": {"en": "The water"}},
        ],
    )
    spanish = publisher.site("?lang=es")
    told = [spanish[name] for name in ("lang", "name", "description")]
    assert told == ["es", "El Valle", "News"]
    assert spanish["links"] == [{"label": "Donar", "url": "https://x.example/"}]
    assert spanish["sections"] == [{"slug": "water", "type": "topic", "name": "Agua"}]
    assert [(one["label"], one["slug"]) for one in spanish["navigation"]] == [
        *(("Sobre", "sobre"), ("Nosotros", "sobre"), ("Ours", "only"), ("Agua", "water")),
    ]
    assert publisher.menu("?lang=en") == [
        ("About", []),
        ("About", []),
        ("Ours", ["Water"]),
        ("The water", []),
    ]
    assert publisher.menu() == publisher.menu("?lang=en")
    for query, code in (("?lang=fr", "unknown_language"), ("?lnag=en", "unknown_parameter")):
        answer = publisher.bench.client.get(f"/v1/site{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_default_menu_has_each_page_once(publisher: Publisher) -> None:
    translated(publisher)
    page(publisher, "Solo", lang="es")
    assert publisher.menu() == publisher.menu("?lang=en") == [("Solo", []), ("About", [])]
    assert publisher.menu("?lang=es") == [("Solo", []), ("Sobre", [])]


def test_the_menu_follows_what_it_names(publisher: Publisher) -> None:
    bench = publisher.bench
    key = page(publisher, "About", slug="about")
    builders.tag(bench.runtime, "water")
    publisher.save(navigation=[{"page": "about", "children": [{"tag": "water"}]}, {"tag": "water"}])
    answers = [ask(bench.client, "/v1/site") for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    tag = answers[0].headers["etag"]
    assert ask(bench.client, "/v1/site", if_none_match=tag).status == 304
    [water] = bench.client.get("/v1/admin/tags", headers=publisher.headers).json()["data"]
    renamed = bench.client.patch(
        f"/v1/admin/tags/{water['id']}",
        json={"slug": "rivers", "names": {"en": "Rivers"}},
        headers={**publisher.headers, "If-Match": '"1"'},
    )
    assert renamed.status_code == 200
    fresh = ask(bench.client, "/v1/site", if_none_match=tag)
    assert fresh.status == 200
    assert publisher.menu() == [("About", ["Rivers"]), ("Rivers", [])]
    with bench.runtime.publishing() as tx:
        publishing.unpublish(tx, EDITOR, key)
    assert publisher.menu() == [("Rivers", [])]


def test_a_schedule_needs_nobody(publisher: Publisher) -> None:
    bench = publisher.bench
    draft = builders.draft(bench.runtime, title="Soon", slug="soon", kind="page")
    ends = bench.clock.now + timedelta(hours=2)
    builders.publish(bench.runtime, draft, at=bench.clock.now + timedelta(hours=1), until=ends)
    publisher.save(navigation=[{"page": "soon"}])
    seen = []
    for _ in range(3):
        seen.append(publisher.menu())
        bench.clock.move(hours=1)
    assert seen == [[], [("Soon", [])], []]


def test_the_front_end_s_addresses_are_told(tmp_path: Path) -> None:
    site = "https://valley.example"
    named = {"tag_url": "{site}/{lang}/on/{slug}", "author_url": "{site}/by/{slug}"}
    logo = "https://valley.example/logo.png"
    with bench_in(tmp_path, site_url=site, logo_url=logo, **named) as bench:
        publisher = Publisher(bench)
        builders.tag(bench.runtime, "water")
        page(publisher, "About", slug="about")
        publisher.save(navigation=[{"page": "about"}, {"tag": "water"}])
        found = publisher.site("?lang=es")
        assert found["url"] == site
        assert found["addresses"] == {
            "article": f"{site}/news/{{slug}}",
            "page": f"{site}/{{slug}}",
            "tag": f"{site}/{{lang}}/on/{{slug}}",
            "author": f"{site}/by/{{slug}}",
        }
        urls = [entry["url"] for entry in found["navigation"]]
        assert urls == [f"{site}/about", f"{site}/es/on/water"]
        assert (found["logo"]["url"], found["logo"]["alt"]) == (logo, "Peru Support Group")


def test_the_logo_is_public_while_the_site_shows_it(publisher: Publisher) -> None:
    bench = publisher.bench
    medium = builders.medium(bench.runtime, alt={"en": "A river"})
    file = f"/v1/media/{medium}/400.jpg"
    hidden = bench.client.get(file)
    assert hidden.status_code == 404
    publisher.save(logo=str(medium), names={"en": "The Valley"})
    logo = publisher.site()["logo"]
    assert (logo["url"], logo["alt"], logo["width"]) == (f"{API}{file}", "A river", 400)
    assert publisher.site("?lang=es")["logo"]["alt"] == "The Valley"
    shown = bench.client.get(file)
    assert shown.status_code == 200
    assert "site/" in shown.headers["surrogate-key"]
    here = f"/v1/admin/media/{medium}"
    delete = bench.client.delete(here, headers={**publisher.headers, "If-Match": '"1"'})
    assert (delete.status_code, delete.json()["code"]) == (409, "media_in_use")
    with bench.runtime.publishing() as tx:
        takedown.take_down(tx, BY, medium, None, "It was not ours.")
    assert publisher.site()["logo"] is None
    assert bench.client.get(file).status_code == 410
    state = publisher.read()
    assert (state["logo"], state["revision"]) == (None, 2)
    refused = publisher.try_save(logo=str(medium))
    assert refused.json()["code"] == "media_taken_down"


def test_who_stands_behind_it_is_linked_data(publisher: Publisher) -> None:
    assert "jsonld" not in publisher.site()
    publisher.save(
        names={"en": "The </script> Valley"},
        contact={"email": "desk@x.example", "corrections_email": "wrong@x.example"},
        links=[{"labels": {"en": "Give"}, "url": "https://x.example/give"}],
        policies={
            name: f"https://x.example/{name}"
            for name in ("ownership", "funding", "ethics", "corrections", "diversity", "masthead")
        },
    )
    answer = publisher.bench.client.get("/v1/site?include=jsonld")
    assert "</script>" not in answer.text[answer.text.index('"jsonld"') :]
    address = "https://x.example/"
    assert answer.json()["data"]["jsonld"] == {
        "@context": "https://schema.org",
        "@type": "NewsMediaOrganization",
        "@id": f"{API}/v1",
        "name": "The </script> Valley",
        "url": f"{API}/v1",
        "email": "desk@x.example",
        "contactPoint": [
            {"@type": "ContactPoint", "contactType": "newsroom", "email": "desk@x.example"},
            {"@type": "ContactPoint", "contactType": "corrections", "email": "wrong@x.example"},
        ],
        "sameAs": [f"{address}give"],
        "knowsLanguage": ["en", "es"],
        "ownershipFundingInfo": [f"{address}ownership", f"{address}funding"],
        "masthead": f"{address}masthead",
        "ethicsPolicy": f"{address}ethics",
        "correctionsPolicy": f"{address}corrections",
        "diversityPolicy": f"{address}diversity",
    }
