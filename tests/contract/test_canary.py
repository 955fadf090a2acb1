"""Nothing that is not public leaves the service, by any route, in any answer or header.

Every private column holds a unique marker, in articles of every hidden state; then every GET of
the contract is asked in every way its parameters allow. Columns come from the tables and routes
from the contract: a new column or parameter is covered, or fails here until it is declared.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from starlette.responses import Response

from app import models
from app.editorial import correcting, publishing
from app.editorial.content import Actor, ArticleInput, prepare
from app.kit.ids import uuid7
from app.worker.indexing import IndexFollower
from tests import builders
from tests.caching.asking import ask, sources
from tests.conftest import Bench
from tests.contract.canaries import (
    LIVE,
    MARKER,
    NUMBERS,
    ONCE_PUBLIC,
    PICTURED,
    drafted,
    hide,
    hide_people,
    marker,
)
from tests.contract.questions import questions, requests

# Public by definition, for rows that are visible. All other text and JSON is private.
PUBLIC = {
    "alias": {"path", "gone", "url"},
    "author": {"slug", "name", "biography", "links"},
    "author_count": {"author_slug", "kind", "lang"},
    "committee_member": {"slug", "name", "role", "group", "affiliation", "biography", "links"},
    "event": {"titles", "descriptions", "place", "url"},
    "media": {"name", "media_type", "taken_down_reason", "credit"},  # a portrait shows its credit
    "publication": {
        *("kind", "lang", "slug", "item", "tag_ids", "ended", "ended_note", "canonical_url"),
        "related_ids",  # test_related.py: only those that are visible are shown
    },
    "publication_author": {"author_slug", "kind", "lang"},
    "publication_body": {"body_html", "outline", "seo"},
    "publication_tag": {"kind", "lang"},
    "rendition": {"name", "media_type", "sha256"},
    "site": {
        *("names", "descriptions", "contact", "links", "policies", "machines"),
        *("navigation", "section_ids", "featured_ids"),
    },
    "sponsor": {"name", "names", "kind", "url", "logo", "statement", "statements"},
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
    "letter": {"kind": "submitted", "state": "sent", "reader_id": None, "urgency": 1},
    "newsletter": {"rhythm": "weekly", "lang": "en"},
    "newsletter_issue": {
        # A draft, which nobody outside may see; its lists hold ids.
        **{"kind": "news", "state": "draft", "closed_at": None},
        **{"chosen_ids": None, "excluded_ids": [], "article_ids": [], "notices": []},
    },
    "reader": {"state": "active", "rhythm": "weekly", "topics": []},
    "subscription_request": {"rhythm": "weekly", "topics": []},
    "media": {"kind": "document", "colour": None},  # a colour is six digits
    "import_job": {"source": "wordpress", "state": "imported"},
    "import_part": {"role": "export"},
}
APPEND_ONLY = {"audit_entry"}


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
        elif isinstance(kind, sa.Boolean):
            row[column.name] = True
        elif not column.nullable:
            row[column.name] = now if isinstance(kind, sa.DateTime) else next(NUMBERS)
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


def leaks(request: str, text: str, headers: Mapping[str, str], secrets: set[str]) -> set[str]:
    """What an answer tells of the secrets and the request did not know."""
    told = text + "".join(f"{name}: {value}\n" for name, value in headers.items())
    found = set(MARKER.findall(told)) | {secret for secret in secrets if secret in told}
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
    assert len(secret_ids) == 6
    shown = bench.client.get("/v1/articles?fields=slug,id").json()["data"]
    assert {item["slug"] for item in shown} == {*LIVE, PICTURED}
    statuses: dict[int, int] = {}
    with bench.runtime.database.reading() as tx:
        media = {
            str(key) for (key,) in tx.execute(sa.select(SQLModel.metadata.tables["media"].c.id))
        }
    assert len(media) == 2
    with sources(bench.client) as given:
        for request in requests(bench.client.contract.schema, slugs, media):
            answer = bench.client.get(request)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            assert not leaks(request, answer.text, answer.headers, secret_ids), request
            for _ in range(2 if answer.status_code == 200 else 0):  # the last one from memory
                again = ask(bench.client, request, peer="127.0.0.1")
                assert again.status == 200, request
                text = again.body.decode("latin-1")
                assert not leaks(request, text, again.headers, secret_ids), request
    assert given["memory"] > 200
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
    # Harvesters' questions are asked above by GET; a key is wanted in test_partner_canary. What
    # readers of newsletters send is answered by a fixed sentence, or by nothing.
    assert unasked == {
        *("/v1/oai", "/v1/partner/keys/rotate"),
        *("/v1/subscriptions", "/v1/subscriptions/{token}/confirm", "/v1/mail/events"),
    }
    assert statuses[200] > 200
    assert statuses[404] > 20
    assert statuses[410] > 5


def test_the_list_of_public_columns_names_only_what_there_is(subtests: pytest.Subtests) -> None:
    tables = SQLModel.metadata.tables
    for name, columns in [*PUBLIC.items(), *CLOSED.items()]:
        with subtests.test(name=name, columns=columns):
            assert set(columns) <= set(tables[name].columns.keys())
    assert len(list(private_columns())) > 20


def test_a_leak_is_seen() -> None:
    text = marker()
    for answer in (Response(f'{{"title": "{text}"}}'), Response("{}", headers={"Link": text})):
        told = answer.body.decode(), answer.headers
        assert leaks("/v1", *told, set()) == {text}
        assert leaks(f"/v1?{text}", *told, set()) == set()
    assert leaks("/v1", "an-id", {}, {"an-id", "another"}) == {"an-id"}


def test_no_marker_appears_while_the_index_is_late(quiet: Bench, subtests: pytest.Subtests) -> None:
    """What was public and indexed, and was corrected or taken back since."""
    runtime = quiet.runtime
    builders.tag(runtime, "water")
    builders.tag(runtime, "river", parent="water")
    until = quiet.clock.now + timedelta(minutes=1)
    drafts = {name: drafted(quiet, slug=f"{name}-one") for name in (*ONCE_PUBLIC, "corrected")}
    for name, draft in drafts.items():
        builders.publish(runtime, draft, until=until if name == "expired" else None)
    markers = MARKER.findall(quiet.client.get("/v1/articles?fields=title").text)
    assert len(markers) == len(drafts)
    runtime.promote()
    follower = IndexFollower(runtime)
    while follower.step():
        pass
    assert quiet.client.get("/v1/search?q=kanari").json()["meta"]["total"] == len(drafts)
    quiet.clock.move(minutes=2)
    ready = prepare(
        ArticleInput(lang="en", title="Put right", slug="put-right"), runtime.site_rules
    )
    with runtime.publishing() as tx:
        publishing.retract(tx, Actor(marker()), drafts["retracted"][0], "The source was forged.")
        publishing.unpublish(tx, Actor(marker()), drafts["unpublished"][0])
        key, revision = drafts["corrected"]
        correcting.correct(
            tx, Actor(marker()), key, revision, runtime.site_rules, "A name was wrong.", draft=ready
        )
    asked = [
        f"{path}?{urlencode({'q': q, **extra})}"
        for path in ("/v1/search", "/v1/search/suggest", "/v1/feeds/articles.json")
        for q in ("kanari", "put", *markers, *(one[:-1] for one in markers))
        for extra in ({}, {"limit": "1"})
    ]
    for request in [*asked, "/v1/search", "/v1/search?facets=tags,lang,year,kind&limit=1"]:
        with subtests.test(request=request):
            answer = quiet.client.get(request)
            assert not leaks(request, answer.text, answer.headers, set())
            if "kanari" in request and request.startswith("/v1/search?"):
                assert answer.json()["meta"]["total"] == 0
    for path, body in questions():
        answer = quiet.client.post(path, json=body)
        assert not leaks(path + json.dumps(body), answer.text, answer.headers, set()), body
