"""The site's record at the desk: HTTP in, whole bodies out."""

from datetime import timedelta
from typing import Any

import pytest

from app import audit
from app.audit import AuditFilter
from app.editorial import tag_merge
from app.editorial.tags import slugs_by_id
from app.models.site import SITE_ID
from tests import builders
from tests.admin.desk import bearer, problem
from tests.builders import EDITOR
from tests.conftest import Bench
from tests.site.publisher import Publisher

NOBODY = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
def publisher(quiet: Bench) -> Publisher:
    return Publisher(quiet)


def test_the_record_is_read_and_changed(publisher: Publisher) -> None:
    builders.published(publisher.bench.runtime, title="About", kind="page")
    builders.tag(publisher.bench.runtime, "water")
    article = str(builders.published(publisher.bench.runtime, title="First"))
    before = publisher.read()
    assert before == {
        **{"revision": 0, "names": {}, "descriptions": {}, "logo": None, "contact": {}},
        **{"links": [], "policies": {}, "machines": None, "navigation": None, "sections": None},
        **{"featured": [], "updated_at": None, "warnings": []},
    }
    fields: dict[str, Any] = {
        "names": {"en": "The Valley", "es": "El Valle"},
        "descriptions": {"en": "News from the valley"},
        "contact": {"email": "desk@valley.example"},
        "links": [{"labels": {"en": "Donate"}, "url": "https://valley.example/give"}],
        "policies": {"ethics": "https://valley.example/ethics"},
        "sections": ["water"],
        "featured": [article],
    }
    entry = {"page": None, "tag": None, "url": None, "labels": {}}
    saved = publisher.save(**fields, navigation=[{"page": "about", "children": [{"tag": "water"}]}])
    assert saved == {
        **before,
        **fields,
        "navigation": [
            {**entry, "page": "about", "children": [{**entry, "tag": "water"}]},
        ],
        "revision": 1,
        "updated_at": saved["updated_at"],
    }
    assert publisher.read() == saved


def test_a_change_names_its_fields_and_its_keys(publisher: Publisher) -> None:
    policies = {"ethics": "https://a.example/e", "funding": "https://a.example/f"}
    publisher.save(names={"en": "One", "es": "Uno"}, policies=policies, featured=[])
    changed = publisher.save(names={"es": None}, policies={"ethics": None}, contact=None)
    assert changed["names"] == {"en": "One"}
    assert changed["policies"] == {"funding": "https://a.example/f"}
    assert changed["revision"] == 2
    assert publisher.save(names={"en": "One"}, sections=None)["revision"] == 2
    assert publisher.save(navigation=[])["navigation"] == []
    assert publisher.save(navigation=None)["navigation"] is None


def test_nobody_overwrites_what_they_have_not_read(publisher: Publisher) -> None:
    client = publisher.bench.client
    url, body = "/v1/admin/site", {"names": {"en": "One"}}
    assert problem(client.patch(url, json=body, headers=publisher.headers)) == (
        *(428, "if_match_required"),
    )
    assert problem(publisher.try_save(1, **body)) == (412, "stale_revision")
    assert publisher.try_save(0, **body).status_code == 200
    late = publisher.try_save(0, names={"en": "Two"})
    assert problem(late) == (412, "stale_revision")
    assert (late.json()["current_revision"], late.json()["changed_by"]) == (1, "Publisher")
    assert publisher.read()["names"] == {"en": "One"}


@pytest.mark.parametrize(
    ("role", "status"), [("writer", 403), ("editor", 403), ("publisher", 200), ("admin", 200)]
)
def test_only_those_who_publish_change_it(quiet: Bench, role: Any, status: int) -> None:
    headers = bearer(quiet.runtime, role)
    assert quiet.client.get("/v1/admin/site", headers=headers).status_code == 200
    answer = quiet.client.patch(
        "/v1/admin/site", json={"names": {"en": "N"}}, headers={**headers, "If-Match": '"0"'}
    )
    assert answer.status_code == status
    assert quiet.client.get("/v1/admin/site").status_code == 401
    assert quiet.client.patch("/v1/admin/site", json={}).status_code == 401


def link(**over: Any) -> dict[str, Any]:
    return {"url": "https://x.example/", "labels": {"en": "X"}} | over


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"title": "x"}, "unknown_field", "/title"),
    ({"names": {"fr": "Nom"}}, "unknown_language", "/names/fr"),
    ({"names": {"en": "\u202e"}}, "invalid_field", "/names/en"),
    ({"names": {"en": ""}}, "invalid_field", "/names/en"),
    ({"logo": "picture"}, "invalid_field", "/logo"),
    ({"logo": NOBODY}, "unknown_media", "/logo"),
    ({"contact": {"email": "nobody"}}, "invalid_field", "/contact/email"),
    ({"contact": {"phone": "a@b"}}, "invalid_field", "/contact/phone"),
    ({"links": [{"labels": {}, "url": "https://x.example/"}]}, "invalid_field", "/links/0/labels"),
    ({"links": [link(url="javascript:alert(1)")]}, "invalid_field", "/links/0/url"),
    ({"links": [link(labels={"de": "X"})]}, "unknown_language", "/links/0/labels/de"),
    ({"links": None}, "invalid_field", "/links"),
    ({"policies": {"secrecy": "https://x.example/"}}, "invalid_field", "/policies/secrecy"),
    ({"policies": {"ethics": "/ethics"}}, "invalid_field", "/policies/ethics"),
    ({"navigation": [{"page": "nowhere"}]}, "unknown_page", "/navigation/0/page"),
    ({"navigation": [{"page": "story"}]}, "not_a_page", "/navigation/0/page"),
    ({"navigation": [{"tag": "nothing"}]}, "unknown_tag", "/navigation/0/tag"),
    ({"navigation": [{}]}, "invalid_field", "/navigation/0"),
    ({"navigation": [{"page": "a", "tag": "b"}]}, "invalid_field", "/navigation/0"),
    ({"navigation": [{"url": "https://x.example/"}]}, "invalid_field", "/navigation/0"),
    (
        {"navigation": [link(children=[link(), {"tag": "nothing"}])]},
        *("unknown_tag", "/navigation/0/children/1/tag"),
    ),
    (
        {"navigation": [link(children=[link(children=[])])]},
        *("unknown_field", "/navigation/0/children/0/children"),
    ),
    (
        {"navigation": [link(children=[link(labels={"de": "X"})])]},
        *("unknown_language", "/navigation/0/children/0/labels/de"),
    ),
    ({"navigation": [link()] * 21}, "invalid_field", "/navigation"),
    ({"sections": ["nothing"]}, "unknown_tag", "/sections/0"),
    ({"sections": ["water", "water"]}, "invalid_field", "/sections"),
    ({"sections": [f"s{number}" for number in range(13)]}, "invalid_field", "/sections"),
    ({"featured": [NOBODY]}, "unknown_article", "/featured/0"),
    ({"featured": ["story"]}, "invalid_field", "/featured/0"),
    ({"featured": None}, "invalid_field", "/featured"),
    ({"machines": {}}, "invalid_field", "/machines"),
    ({"machines": {"permits": ["ai-teach"]}}, "invalid_field", "/machines/permits/0"),
    (
        {"machines": {"permits": ["search"], "prohibits": ["search"]}},
        *("invalid_field", "/machines"),
    ),
    ({"machines": {"tdm_policy": "https://x.example/"}}, "invalid_field", "/machines"),
    (
        {"machines": {"permits": ["search"], "standard": "https://x.example/"}},
        *("invalid_field", "/machines"),
    ),
]


def test_what_cannot_be_is_refused_and_named(
    publisher: Publisher, subtests: pytest.Subtests
) -> None:
    builders.tag(publisher.bench.runtime, "water")
    builders.published(publisher.bench.runtime, title="Story", slug="story")
    publisher.save(names={"en": "Kept"})
    before = publisher.read()
    for sent, code, pointer in BAD:
        with subtests.test(sent=sent):
            answer = publisher.try_save(**sent)
            assert problem(answer) == (422, code), answer.text
            named = answer.json()["errors"][0]["pointer"].removesuffix("/[key]")
            assert named == pointer
    assert publisher.read() == before


def warnings(publisher: Publisher) -> set[tuple[str, str]]:
    return {(one["pointer"], one["code"]) for one in publisher.read()["warnings"]}


def test_what_readers_do_not_see_is_told(publisher: Publisher) -> None:
    bench = publisher.bench
    runtime, headers = bench.runtime, bearer(bench.runtime, "editor")
    draft = builders.draft(runtime, title="To come", slug="to-come", kind="page")
    story, _ = builders.draft(runtime, title="Story", slug="story")
    proposed = {"slug": "mist", "names": {"en": "Mist"}}
    assert bench.client.post("/v1/admin/tags", json=proposed, headers=headers).status_code == 201
    saved = publisher.save(
        navigation=[link(children=[{"page": "to-come"}]), {"tag": "mist"}],
        sections=["mist"],
        featured=[str(story)],
    )
    assert [(one["pointer"], one["code"]) for one in saved["warnings"]] == [
        ("/navigation/0/children/0/page", "page_not_public"),
        ("/navigation/1/tag", "tag_not_public"),
        ("/sections/0", "tag_not_public"),
        ("/featured/0", "article_not_public"),
    ]
    assert publisher.menu() == [("X", [])]
    assert publisher.site()["sections"] == publisher.home()["featured"] == []
    soon = bench.clock.now + timedelta(hours=1)
    builders.publish(runtime, draft, at=soon)
    assert ("/navigation/0/children/0/page", "page_not_public") in warnings(publisher)
    bench.clock.move(hours=2)
    assert ("/navigation/0/children/0/page", "page_not_public") not in warnings(publisher)
    assert publisher.menu() == [("X", ["To come"])]


def test_what_is_gone_leaves_the_record(publisher: Publisher) -> None:
    bench = publisher.bench
    for slug in ("water", "land", "mist"):
        builders.tag(bench.runtime, slug)
    page = builders.draft(bench.runtime, title="Old", slug="old", kind="page")[0]
    publisher.save(
        navigation=[{"page": "old"}, {"tag": "water"}, {"tag": "mist"}],
        sections=["mist", "land", "water"],
        featured=[str(page)],
    )
    with bench.runtime.publishing() as tx:
        ids = {slug: key for key, slug in slugs_by_id(tx).items()}
        tag_merge.merge(tx, EDITOR, ids["water"], 1, "land")
        tag_merge.remove(tx, EDITOR, ids["mist"], 1)
    trash = {**bearer(bench.runtime, "editor"), "If-Match": '"1"'}
    assert bench.client.delete(f"/v1/admin/articles/{page}", headers=trash).status_code < 300
    left = publisher.read()
    assert [entry["tag"] for entry in left["navigation"]] == ["land"]
    assert (left["sections"], left["featured"]) == (["land"], [])
    assert warnings(publisher) == {
        (f"/{field}", "reference_removed") for field in ("navigation", "sections", "featured")
    }
    publisher.save(**{name: left[name] for name in ("navigation", "sections", "featured")})
    assert warnings(publisher) == set()


def test_the_audit_says_what_changed(publisher: Publisher) -> None:
    publisher.save(names={"en": "One"})
    publisher.save(names={"en": "Two"}, machines={"permits": ["search"]})
    with publisher.bench.runtime.database.reading() as tx:
        entries = audit.list_events(tx, AuditFilter(subject_kind="site")).entries
    assert [entry.action for entry in entries] == ["site.changed", "site.created"]
    assert {entry.subject_id for entry in entries} == {str(SITE_ID)}
    before, after = entries[0].before, entries[0].after
    assert before == {"names": {"en": "One"}, "machines": None}
    assert after is not None
    assert after["names"] == {"en": "Two"}
    assert after["machines"]["permits"] == ["search"]
