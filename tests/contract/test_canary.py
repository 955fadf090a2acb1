"""Nothing that is not public leaves the service, by any route, in any answer or header.

Every private column holds a unique marker, in articles of every hidden state; then every GET of
the contract is asked in every way its parameters allow. Columns come from the tables and routes
from the contract: a new column or parameter is covered, or fails here until it is declared.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel
from starlette.responses import Response

from app import models
from app.editorial import aliases, articles, correcting, people, publishing, tags
from app.editorial.content import Actor, ArticleInput, Draft, prepare
from app.editorial.events import EVENTS, EventInput
from app.editorial.tags import TagInput
from app.kit.ids import uuid7
from app.worker.indexing import Indexing
from tests import builders
from tests.conftest import Bench

# Public by definition, for rows that are visible. All other text and JSON is private.
PUBLIC = {
    "alias": {"path", "gone"},
    "committee_member": {"name", "role", "group", "affiliation", "biography"},
    "event": {"titles", "descriptions", "place", "url"},
    "media": {"name", "media_type", "taken_down_reason"},
    "publication": {"kind", "lang", "slug", "item", "tag_ids", "ended", "ended_note"},
    "publication_author": {"author_slug", "kind", "lang"},
    "publication_body": {"body_html"},
    "publication_tag": {"kind", "lang"},
    "rendition": {"name", "media_type", "sha256"},
    "sponsor": {"name", "kind", "url", "logo", "statement"},
    "tag": {"slug", "type", "names", "descriptions", "synonyms"},
    "tag_slug": {"slug"},
}
# Closed vocabularies that a constraint guards: they can hold no marker, only such a word.
CLOSED: dict[str, dict[str, Any]] = {
    "article": {"kind": "article"},
    "account": {"role": "editor"},
    "api_token": {"kind": "personal"},
    "audit_entry": {"via": "session"},
    "webhook": {"payload": "full", "state": "active", "paused_reason": None},
    "delivery": {"state": "pending"},
    "media": {"kind": "document"},
}
APPEND_ONLY = {"audit_entry"}
EVENT_IDS = [UUID(int=number) for number in range(1, 4)]
"""Of an event that is announced, one that will be, and one that was."""

_numbers = count(100_000)
_MARKER = re.compile(r"kanari\d{6}")


def marker() -> str:
    return f"kanari{next(_numbers)}"


def secret_content(**over: Any) -> dict[str, Any]:
    """An article that holds a marker wherever an article holds text."""
    web = f"https://{marker()}.example/"
    return {
        "lang": "en",
        "title": marker(),
        "slug": marker(),
        "summary": marker(),
        "body": marker(),
        "authors": ({"name": marker()},),
        "source": {"name": marker(), "url": web},
        "image": {"url": web, "alt": marker(), "caption": marker(), "credit": marker()},
        "rights": {"credit": marker()},
        "tags": ("water",),
        "corrections": ({"at": "2020-01-01T00:00:00Z", "note": marker()},),
    } | over


def propose(bench: Bench) -> list[str]:
    """Tags that nobody has accepted yet, below one that is public and below each other."""
    proposed, parent = [], "water"
    with bench.runtime.publishing() as tx:
        for _ in range(2):
            text = {"en": marker()}
            asked = TagInput(
                slug=marker(),
                names=text,
                descriptions={"en": marker()},
                synonyms={"en": (marker(),)},
                parent=parent,
            )
            parent = tags.create(tx, Actor(marker(), may_publish=False), asked).slug
            proposed.append(parent)
    return proposed


def secret(bench: Bench, **over: Any) -> Draft:
    content = ArticleInput.model_validate_json(json.dumps(secret_content(**over)))
    return prepare(content, bench.runtime.house)


def drafted(bench: Bench, **over: Any) -> tuple[UUID, int]:
    ready = secret(bench, **over)
    with bench.runtime.database.writing() as tx:
        row = articles.create(tx, Actor(marker()), ready, bench.runtime.clock())
        return row.id, row.revision


def edited(bench: Bench, key: UUID) -> tuple[UUID, int]:
    ready = secret(bench)
    with bench.runtime.database.writing() as tx:
        row = articles.edit(tx, Actor(marker()), key, 1, ready, bench.runtime.clock())
        return row.id, row.revision


def secret_medium(bench: Bench) -> UUID:
    said = {"alt": {"en": marker()}, "caption": {"en": marker()}, "credit": marker()}
    return builders.medium(bench.runtime, **said)


ONCE_PUBLIC = ("retracted", "unpublished", "expired")
PICTURED = "pictured"
LIVE = ("live", "live-with-draft", "live-with-schedule", "live-corrected")


def hide(bench: Bench) -> set[str]:
    """Articles in every state; the slugs of all, hidden ones and old ones too."""
    runtime, later = bench.runtime, bench.clock.now + timedelta(days=9)
    carried = ("water", *propose(bench))
    live = {slug: builders.published(runtime, title=slug, slug=slug, tags=carried) for slug in LIVE}
    _draft = drafted(bench, image={"media_id": str(secret_medium(bench))})
    trashed, scheduled, cancelled = (drafted(bench) for _ in range(3))
    # What was public once is told of when it goes: by its id and its old addresses, no more.
    retracted, unpublished, expired = (drafted(bench, slug=slug) for slug in ONCE_PUBLIC)
    shown = builders.medium(runtime, builders.picture("PNG"), alt={"en": "Shown"})
    builders.published(runtime, title=LIVE[0], slug=PICTURED, image={"media_id": shown})
    for key, revision in (retracted, unpublished):
        builders.publish(runtime, (key, revision))
    builders.publish(runtime, scheduled, at=later)
    builders.publish(runtime, cancelled, at=later)
    builders.publish(runtime, expired, until=bench.clock.now + timedelta(minutes=1))
    edited(bench, live["live-with-draft"])
    builders.publish(runtime, edited(bench, live["live-with-schedule"]), at=later)
    bench.clock.move(minutes=2)
    with runtime.publishing() as tx:
        publishing.retract(tx, Actor(marker()), retracted[0], "The source was forged.")
        publishing.unpublish(tx, Actor(marker()), unpublished[0], "The author asked for it.")
        publishing.cancel(tx, cancelled[0])
        correcting.correct(
            tx, Actor(marker()), live["live-corrected"], 1, runtime.house, "A name was wrong."
        )
        aliases.put(tx, Actor(marker()), f"/{marker()}", None, "It is gone.")
    with runtime.database.altering() as connection:
        article = SQLModel.metadata.tables["article"]
        connection.execute(
            sa.update(article).where(article.c.id == trashed[0]).values(trashed_at=bench.clock.now)
        )
        slugs = connection.execute(sa.select(SQLModel.metadata.tables["article_slug"].c.slug))
        known = {slug for (slug,) in slugs}
    with runtime.publishing() as tx:
        for number, slug in enumerate(sorted(known)):
            aliases.put(tx, Actor(marker()), f"/was/{number}", slug, None)
    return known


def hide_people(bench: Bench) -> None:
    today = bench.clock.now.date()
    with bench.runtime.publishing() as tx:
        dates = (
            (None, None),
            (today + timedelta(days=2), None),
            (None, today - timedelta(days=2)),
        )
        for event_id, (first, last) in zip(EVENT_IDS, dates, strict=True):
            text = "Plain" if first is last is None else marker()
            web = f"https://{text}.example/"
            people.SPONSORS.add(
                tx,
                Actor(marker()),
                people.SponsorInput(
                    name=text, url=web, logo=web, statement=text, valid_from=first, valid_to=last
                ),
            )
            people.MEMBERS.add(
                tx,
                Actor(marker()),
                people.MemberInput(
                    name=text,
                    role=text,
                    affiliation=text,
                    biography={"en": text},
                    term_from=first,
                    term_to=last,
                ),
            )
            EVENTS.add(
                tx,
                Actor(marker()),
                EventInput(
                    titles={"en": text},
                    descriptions={"en": text},
                    starts=today,
                    place=text,
                    url=web,
                    announce_at=first and bench.clock.now + timedelta(days=2),
                    withdraw_at=last and bench.clock.now - timedelta(days=2),
                ),
                event_id,
            )


def private_columns() -> Iterator[sa.Column[Any]]:
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"{models.__name__}.{module.name}")
    for table in SQLModel.metadata.sorted_tables:
        spared = PUBLIC.get(table.name, set()) | CLOSED.get(table.name, {}).keys()
        for column in table.columns:
            kind = column.type
            if isinstance(kind, sa.TypeDecorator):
                kind = kind.impl_instance
            if isinstance(kind, sa.String | sa.JSON) and column.name not in spared:
                yield column


def plant(connection: sa.Connection, table: sa.Table, now: datetime) -> None:
    """One row of markers in a table that nothing above has written to."""
    row: dict[str, Any] = dict(CLOSED.get(table.name, {}))
    for column in (column for column in table.columns if column.name not in row):
        kind = (
            column.type.impl_instance if isinstance(column.type, sa.TypeDecorator) else column.type
        )
        foreign = next(iter(column.foreign_keys), None)
        if foreign is not None:
            row[column.name] = connection.execute(sa.select(foreign.column)).scalar()
        elif isinstance(kind, sa.JSON):
            row[column.name] = {"secret": marker()}
        elif isinstance(kind, sa.String):
            row[column.name] = marker()
        elif isinstance(kind, sa.Uuid):
            row[column.name] = uuid7(now)
        elif not column.nullable:
            row[column.name] = now if isinstance(kind, sa.DateTime) else next(_numbers)
    connection.execute(sa.insert(table), row)


def fill(bench: Bench) -> None:
    """A marker into every private column of every row."""
    with bench.runtime.database.altering() as connection:
        planted = set()
        for column in private_columns():
            table = column.table
            if table.name in planted:
                continue
            rows = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            if rows == 0 or table.name in APPEND_ONLY:
                plant(connection, table, bench.clock.now)
                planted.add(table.name)
                continue
            keys = list(column.table.primary_key.columns)
            for row in connection.execute(sa.select(*keys)).all():
                text = marker()
                value = {"secret": text} if isinstance(column.type, sa.JSON) else text
                here = [key == part for key, part in zip(keys, row, strict=True)]
                connection.execute(sa.update(column.table).where(*here).values({column: value}))
        # The world is told why something ended; of what never began it knows nothing.
        publication = SQLModel.metadata.tables["publication"]
        unseen = (publication.c.visible_from > bench.clock.now) | (
            publication.c.ended == "cancelled"
        )
        connection.execute(sa.update(publication).where(unseen).values(ended_note=marker()))


def requests(contract: dict[str, Any], slugs: set[str], media: set[str]) -> Iterator[str]:
    """Every GET, bare, with every value of each parameter, and with the widest wish."""
    members = {
        name
        for component in contract["components"]["schemas"].values()
        for name in component.get("properties", ())
    }
    values = {
        "slug": sorted(slugs | {"water", "river"}),
        "media_id": sorted(media),
        "event_id": [str(key) for key in EVENT_IDS],
        "uid": ["willay", "else"],
        "rendition": ["320.jpg", "320.webp", "original.pdf"],
        "path": [
            *(f"{start}/{slug}" for slug in sorted(slugs) for start in ("", "/en")),
            *(f"/was/{number}" for number in range(len(slugs))),
        ],
        "tag": ["water", "river", "-river", "water|river", "water,-river"],
        "parent": ["water", "river"],
        "author": ["ana", "kanari"],
        "ids": ["01900000-0000-7000-8000-000000000000"],
        "lang": ["en", "es"],
        "fallback": ["en", "es", "es,en"],
        "fields": sorted(members),
        "include": ["related", "paths", "related,paths"],
        "period": ["2026-03", "2020-01"],
        "url": [f"http://127.0.0.1:8000/{slug}" for slug in sorted(slugs)],
        "month": ["2026-03", "2020-01"],
        "version": ["0123456789ab"],
        "from_date": ["2000-01-01", "2026-03-01"],
        "to_date": ["2026-03-01", "2026-03-20"],
        "q": ["kanari", '"water"', "live", "watr"],
        "facets": ["tags", "tags,lang,year,kind"],
        "updated_since": ["2000-01-01", "2026-03-01T12:01:00Z"],
        "token": ["kanari", "k" * 43],
        "article_id": ["01900000-0000-7000-8000-000000000000"],
    }
    for path, methods in contract["paths"].items():
        if path.startswith("/v1/admin"):
            yield re.sub("{[^}]+}", "01900000-0000-7000-8000-000000000000", path)
            continue
        if "get" not in methods:
            continue
        parameters = methods["get"].get("parameters", [])
        names = {one["name"] for one in parameters if one["in"] == "query"}
        addresses = [path]
        for one in parameters:
            if one["in"] == "path":
                place = "{" + one["name"] + "}"
                addresses = [
                    it.replace(place, value) for it in addresses for value in values[one["name"]]
                ]
        wide = {"lang": "es", "fallback": "en", "count": "true", "include": "related,paths"}
        wide = {name: value for name, value in wide.items() if name in names}
        for address in addresses:
            yield address
            yield f"{address}?{urlencode(wide)}"
            for one in parameters:
                if one["in"] == "query":
                    for value in values.get(one["name"]) or sensible(one["schema"]):
                        lang = {"lang": "en"} if one["name"] == "fallback" else {}
                        yield f"{address}?{urlencode({**lang, one['name']: value})}"


INSTANT = "/v1/search/instant"


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """What is asked by POST and open to all: the widest, and by every filter."""
    wide = {"facets": ["*"], "attributesToHighlight": ["*"], "attributesToCrop": ["*"]}
    words = ("", "kanari", "live", '"water"', "watr")
    filters = (None, "tags = water", "kind = page OR kind = article", "year > 0", "authors = ana")
    asked = [{"q": q, "filter": one, "limit": 200, **wide} for q in words for one in filters]
    for one in asked:
        yield f"{INSTANT}/indexes/articles/search", one
    yield f"{INSTANT}/multi-search", {"queries": [{"indexUid": "articles", **asked[0]}]}
    for facet in ("tags", "lang", "year"):
        for typed in ("", "k", "w"):
            asked_for = {"facetName": facet, "facetQuery": typed}
            yield f"{INSTANT}/indexes/articles/facet-search", asked_for
    yield "/v1/search/tokens", {}


def sensible(schema: dict[str, Any]) -> list[Any]:
    """Values that a schema suggests; a word that finds every marker where it suggests none."""
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if schema.get("type") == "integer":
        return [schema["minimum"], schema["maximum"]]
    return schema.get("enum") or ["kanari"]


def leaks(request: str, text: str, headers: Mapping[str, str], secrets: set[str]) -> set[str]:
    """What an answer tells of the secrets and the request did not know."""
    told = text + "".join(f"{name}: {value}\n" for name, value in headers.items())
    found = set(_MARKER.findall(told)) | {secret for secret in secrets if secret in told}
    return {one for one in found if one not in request}


def test_no_marker_appears(bench: Bench) -> None:
    builders.tag(bench.runtime, "water")
    builders.tag(bench.runtime, "river", parent="water")
    slugs = hide(bench)
    hide_people(bench)
    fill(bench)
    tables = SQLModel.metadata.tables
    publication = tables["publication"].c
    known = sa.select(publication.article_id).where(
        publication.slug.in_((*LIVE, PICTURED, *ONCE_PUBLIC))
    )
    with bench.runtime.database.reading() as tx:
        ids = set(tx.execute(sa.select(tables["article"].c.id)).scalars())
        secret_ids = {str(key) for key in ids - set(tx.execute(known).scalars())}
    assert len(secret_ids) == 4
    shown = bench.client.get("/v1/articles?fields=slug,id").json()["data"]
    assert {item["slug"] for item in shown} == {*LIVE, PICTURED}
    statuses: dict[int, int] = {}
    with bench.runtime.database.reading() as tx:
        media = {
            str(key) for (key,) in tx.execute(sa.select(SQLModel.metadata.tables["media"].c.id))
        }
    assert len(media) == 2
    for request in requests(bench.client.contract.schema, slugs, media):
        answer = bench.client.get(request)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert not leaks(request, answer.text, answer.headers, secret_ids), request
    unasked = {
        path
        for path, methods in bench.client.contract.schema["paths"].items()
        if "post" in methods and not path.startswith("/v1/admin")
    }
    for path, body in questions():
        answer = bench.client.post(path, json=body)
        assert answer.status_code in (200, 404), (path, answer.text)
        assert not leaks(path + json.dumps(body), answer.text, answer.headers, secret_ids), body
        unasked.discard(path.replace("/articles/", "/{uid}/"))
    # Harvesters' questions are asked above by GET; a key is wanted in test_partner_canary.
    assert unasked == {"/v1/oai", "/v1/partner/keys/rotate"}
    assert statuses[200] > 200
    assert statuses[404] > 20
    assert statuses[410] > 5


def test_the_list_of_public_columns_names_only_what_there_is() -> None:
    tables = SQLModel.metadata.tables
    for name, columns in [*PUBLIC.items(), *CLOSED.items()]:
        assert set(columns) <= set(tables[name].columns.keys()), name
    assert len(list(private_columns())) > 20


def test_a_leak_is_seen() -> None:
    text = marker()
    for answer in (Response(f'{{"title": "{text}"}}'), Response("{}", headers={"Link": text})):
        told = answer.body.decode(), answer.headers
        assert leaks("/v1", *told, set()) == {text}
        assert leaks(f"/v1?{text}", *told, set()) == set()
    assert leaks("/v1", "an-id", {}, {"an-id", "another"}) == {"an-id"}


def test_no_marker_appears_while_the_index_is_late(quiet: Bench) -> None:
    """What was public and indexed, and was corrected or taken back since."""
    runtime = quiet.runtime
    builders.tag(runtime, "water")
    builders.tag(runtime, "river", parent="water")
    until = quiet.clock.now + timedelta(minutes=1)
    drafts = {name: drafted(quiet, slug=f"{name}-one") for name in (*ONCE_PUBLIC, "corrected")}
    for name, draft in drafts.items():
        builders.publish(runtime, draft, until=until if name == "expired" else None)
    markers = _MARKER.findall(quiet.client.get("/v1/articles?fields=title").text)
    assert len(markers) == len(drafts)
    runtime.promote()
    follower = Indexing(runtime)
    while follower.step():
        pass
    assert quiet.client.get("/v1/search?q=kanari").json()["meta"]["total"] == len(drafts)
    quiet.clock.move(minutes=2)
    ready = prepare(ArticleInput(lang="en", title="Put right", slug="put-right"), runtime.house)
    with runtime.publishing() as tx:
        publishing.retract(tx, Actor(marker()), drafts["retracted"][0], "The source was forged.")
        publishing.unpublish(tx, Actor(marker()), drafts["unpublished"][0])
        key, revision = drafts["corrected"]
        correcting.correct(
            tx, Actor(marker()), key, revision, runtime.house, "A name was wrong.", draft=ready
        )
    asked = [
        f"{path}?{urlencode({'q': q, **extra})}"
        for path in ("/v1/search", "/v1/search/suggest", "/v1/feeds/articles.json")
        for q in ("kanari", "put", *markers, *(one[:-1] for one in markers))
        for extra in ({}, {"limit": "1"})
    ]
    for request in [*asked, "/v1/search", "/v1/search?facets=tags,lang,year,kind&limit=1"]:
        answer = quiet.client.get(request)
        assert not leaks(request, answer.text, answer.headers, set()), request
        if "kanari" in request and request.startswith("/v1/search?"):
            assert answer.json()["meta"]["total"] == 0, request
    for path, body in questions():
        answer = quiet.client.post(path, json=body)
        assert not leaks(path + json.dumps(body), answer.text, answer.headers, set()), body
