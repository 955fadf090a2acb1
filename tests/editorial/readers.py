"""Those who watch the newsroom: public reads on every replica, and mirrors that follow the log.

Two readers take pages of their own size; whenever one has caught up, its mirror equals, byte for
byte, what the store shows at the log's clock, and the oracle's truth.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlmodel import col
from typing_extensions import override

from app.changes import head
from app.database import ReadTx
from app.errors import Gone, Moved, NotFound
from app.models.change import Change
from app.published import articles as published
from app.published import changes
from app.published.cache import Tags
from app.published.query import ArticleFilter, page_of
from app.published.statements import QueryPlan
from tests.editorial.newsroom import CRASH, Crash, Newsroom, dying


@dataclass
class Mirror:
    """A reader's copy of everything public."""

    replica: int
    page: int
    cursor: int = 0
    items: dict[UUID, bytes] = field(default_factory=dict)
    gone: dict[UUID, str | None] = field(default_factory=dict)


class Watched(Newsroom):
    """The newsroom and its readers."""

    @override
    @initialize()
    def open(self) -> None:
        super().open()
        self.turn = 0
        self.mirrors = [Mirror(0, 1), Mirror(2, 3)]

    @rule(which=st.integers(0, 1), crash=CRASH, pages=st.integers(1, 100))
    def follow(self, which: int, crash: int | None, pages: int) -> None:
        mirror = self.mirrors[which]
        runtime = self.replicas[mirror.replica]
        with suppress(Crash), dying(crash):
            runtime.promote()
        for _ in range(pages):
            with runtime.database.reading() as tx:
                log = head(tx)
                at = log.effective_until
                told, cursor = changes.entries_after(tx, mirror.cursor, limit=mirror.page)
                entries = [entry for entry in told if entry.kind == "article"]
                known = runtime.memory.tags(tx, log)
                found = published.by_ids(tx, known, [entry.id for entry in entries], at)
                everything = published.by_ids(tx, known, self.ids, at)
            for entry in entries:
                assert self.oracle.was_public(entry.id, at)
                assert (entry.type == "upsert") == (entry.id in found)
                mirror.items.pop(entry.id, None)
                mirror.gone[entry.id] = entry.reason
            mirror.items.update(found)
            done, mirror.cursor = cursor == mirror.cursor, cursor
            if done:
                assert cursor == log.sequence
                assert mirror.items == everything
                assert facts(everything) == self.oracle.shown(at)
                reasons = {key: reason for key, reason in mirror.gone.items() if reason}
                assert reasons == {key: self.oracle.reason(key, at) for key in reasons}
                return

    @invariant()
    def every_replica_shows_what_was_wished(self) -> None:
        if not hasattr(self, "oracle"):
            return
        self.turn += 1
        runtime = self.replicas[self.turn % len(self.replicas)]
        clock = runtime.clock()
        with runtime.database.reading() as tx:
            log = head(tx)
            now = log.moment(clock)
            known = runtime.memory.tags(tx, log)
            rows = tx.execute(
                *page_of(ArticleFilter(), QueryPlan("list"), "newest", None, 100, now)
            )
            listed = [row.article_id for row in rows]
            items = published.by_ids(tx, known, self.ids, now)
            entries = tx.execute(
                sa.select(col(Change.sequence), col(Change.at)).order_by(col(Change.sequence))
            ).all()
            slug = sorted(self.oracle.slugs)[self.turn % len(self.oracle.slugs)]
            expected = self.oracle.answer(slug, now)
            if expected[0] == "never":
                expected = answer(tx, known, "nonsense", now)
            assert answer(tx, known, slug, now) == expected
        assert [entry.sequence for entry in entries] == list(range(1, log.sequence + 1))
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        assert log.sequence >= self.last.sequence
        assert log.effective_until >= self.last.effective_until
        assert log.next_boundary > log.effective_until
        assert sorted(listed) == sorted(items)
        truth = self.oracle.shown(now)
        assert facts(items) == truth
        if log.is_current(clock):
            assert truth == self.oracle.shown(log.effective_until)
        self.last = log


def facts(items: dict[UUID, bytes]) -> dict[UUID, dict[str, Any]]:
    """What the oracle knows of public items."""
    plain = {key: json.loads(item) for key, item in items.items()}
    return {
        key: {
            "title": item["title"],
            "lang": item["lang"],
            "slug": item["slug"],
            "tags": [tag["name"] for tag in item["tags"]],
            "translations": [
                (other["lang"], other["slug"], other["title"]) for other in item["translations"]
            ],
        }
        for key, item in plain.items()
    }


def answer(tx: ReadTx, known: Tags, slug: str, now: datetime) -> tuple[str, str | None]:
    """What the detail page of a slug says."""
    try:
        published.article_detail(tx, known, slug, (), now, lambda _, make: make())
    except Moved as moved:
        return "moved", moved.slug
    except Gone as gone:
        return "gone", gone.reason
    except NotFound as error:
        return "never", error.message
    return "found", None
