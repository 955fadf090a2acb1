"""A newsroom that acts at random: everything that makes an article visible, or changes its tags."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.changes import PublishTx, head
from app.editorial import articles, correcting, publishing, tag_merge, tags
from app.editorial.content import ArticleInput, Draft, prepare
from app.editorial.tags import TagInput
from app.errors import WillayError
from app.models.article import Article
from app.models.tag import Tag
from app.runtime import Runtime
from tests.builders import EDITOR
from tests.conftest import MovingClock

TAGS_AT_MOST = 12
DATES = (
    None,
    datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    *(datetime(2025, month, day, 23 % day, tzinfo=UTC) for month in (1, 2) for day in (1, 28)),
)
CHANCES = {
    **{"create": 6, "replace": 5, "schedule": 3, "schedule again": 4, "expire": 3, "past": 2},
    **{"cancel": 3, "unpublish": 3, "retract": 1, "correct": 2, "abandon": 1},
    **{"new tag": 3, "accept tag": 2, "move tag": 3, "merge tag": 1, "remove tag": 2},
    **{"wait": 7, "boundary": 2, "tick": 2, "clock back": 1, "promote": 3},
}
SECOND = ("replace", "unpublish", "cancel", "create", "remove tag", "merge tag", "move tag")
"""What may follow in the same transaction."""


class AbandonedError(Exception):
    """The transaction is rolled back."""


class Newsroom:
    """Acts on a store by a seed; `done` counts what was done and what was refused."""

    def __init__(self, runtime: Runtime, clock: MovingClock, seed: int) -> None:
        self.runtime, self.clock = runtime, clock
        self.random = Random(seed)
        self.done = Counter[str]()
        self._articles: list[UUID] = []
        self._number = 0

    def act(self) -> str:
        """One act, or two in one transaction; what it was."""
        name = self.random.choices(list(CHANCES), list(CHANCES.values()))[0]
        known = list(self._articles)
        try:
            if not self._pass_time(name):
                names = [name]
                if self.random.random() < 0.2:
                    names.append(self.random.choice(SECOND))
                with self.runtime.publishing() as tx:
                    for each in names:
                        self._do(tx, each)
                name = " and ".join(names)
        except (WillayError, AbandonedError) as error:
            self._articles = known
            self.done[getattr(error, "code", "abandoned")] += 1
        else:
            self.done[name] += 1
        return name

    def _pass_time(self, name: str) -> bool:
        match name:
            case "wait":
                self.clock.move(seconds=self.random.choice([0, 1, 5, 30, 120, 86_400]))
            case "tick":
                self.clock.move(microseconds=self.random.randint(0, 2))
            case "clock back":
                self.clock.move(seconds=-self.random.choice([1, 30]))
            case "boundary":
                with self.runtime.database.reading() as tx:
                    boundary = head(tx).next_boundary
                if boundary.year < 9999:
                    self.clock.now = max(self.clock.now, boundary)
            case "promote":
                self.runtime.promote()
            case _:
                return False
        return True

    def _do(self, tx: PublishTx, name: str) -> None:
        if name.endswith(" tag"):
            self._do_with_tag(tx, name)
        elif name in ("create", "schedule", "expire", "past", "abandon") or not self._articles:
            self._create(tx, name)
        else:
            self._do_with_article(tx, name, self.random.choice(self._articles))

    def _create(self, tx: PublishTx, name: str) -> None:
        kind = "article" if self.random.random() < 0.9 else "page"
        article = articles.create(tx, EDITOR, self._content(tx, kind), tx.moment)
        self._articles.append(article.id)
        if name == "past":
            self._record_past(tx, article.id)
            return
        at, until = self._soon(tx), self._soon(tx, 61)
        self._publish(
            *(tx, article.id, article.revision),
            at=at if name == "schedule" else None,
            until=until if name == "expire" else None,
        )
        if name == "abandon":
            raise AbandonedError

    def _do_with_article(self, tx: PublishTx, name: str, key: UUID) -> None:
        article = tx.session.get_one(Article, key)
        later = self._soon(tx) if self.random.random() < 0.4 else None
        match name:
            case "replace" | "schedule again":
                content = self._content(tx, article.kind)
                article = articles.edit(tx, EDITOR, key, article.revision, content, tx.moment)
                at = self._soon(tx) if name == "schedule again" else None
                until = self._soon(tx, 61) if self.random.random() < 0.3 else None
                self._publish(tx, key, article.revision, at=at, until=until)
            case "cancel":
                publishing.cancel(tx, EDITOR, key)
            case "unpublish":
                publishing.unpublish(tx, EDITOR, key)
            case "retract":
                publishing.retract(tx, EDITOR, key, "It was wrong.")
            case "correct":
                rules, number = self.runtime.site_rules, article.revision
                correcting.correct(tx, EDITOR, key, number, rules, "A name.", at=later)

    def _do_with_tag(self, tx: PublishTx, name: str) -> None:
        rows = list(tx.session.execute(sa.select(Tag).order_by(col(Tag.slug))).scalars())
        first, *others = self.random.sample(rows, len(rows)) or [None]
        other = others[0].slug if others else None
        if name == "new tag" or first is None:
            if len(rows) < TAGS_AT_MOST:
                self._number += 1
                parent = other if self.random.random() < 0.7 else None
                self._save_tag(tx, None, slug=f"tag-{self._number}", parent=parent)
        elif name == "accept tag":
            self._save_tag(tx, first, status="accepted")
        elif name == "move tag":
            self._save_tag(tx, first, parent=self.random.choice([None, other, other]), status=None)
        elif name == "merge tag" and other is not None:
            tag_merge.merge(tx, EDITOR, first.id, None, other)
        elif name == "remove tag":
            used = set(tx.execute(sa.select(tag_merge.carriers(tx.moment).c.tag_id)).scalars())
            free = [row for row in rows if row.id not in used] or [first]
            tag_merge.remove(tx, EDITOR, self.random.choice(free).id, None)

    def _save_tag(self, tx: PublishTx, row: Tag | None, **over: Any) -> None:
        if row is not None:
            tags.update(tx, EDITOR, row.id, TagInput(**{**tags.tag_state(tx, row), **over}))
            return
        status = "proposed" if self.random.random() < 0.2 else "accepted"
        tags.create(tx, EDITOR, TagInput(names={"en": "A tag"}, status=status, **over))

    def _content(self, tx: PublishTx, kind: str) -> Draft:
        self._number += 1
        slugs = list(tx.execute(sa.select(col(Tag.slug)).order_by(col(Tag.slug))).scalars())
        content: dict[str, Any] = {
            "kind": kind,
            "lang": self.random.choice(["en", "es"]),
            "title": f"Title {self._number}",
            "body": "A body.",
            "tags": tuple(
                self.random.sample(slugs, min(len(slugs), self.random.choice([0, 1, 2])))
            ),
            "published_at": self.random.choice(DATES),
            "rights": {"syndicatable": self.random.random() < 0.7},
        }
        return prepare(ArticleInput(**content), self.runtime.site_rules)

    def _publish(self, tx: PublishTx, key: UUID, revision: int, **when: datetime | None) -> None:
        publishing.publish(tx, EDITOR, key, revision, self.runtime.site_rules, **when)

    def _record_past(self, tx: PublishTx, key: UUID) -> None:
        at = tx.moment - timedelta(microseconds=self.random.choice([0, 0, 1, 10**9]))
        ended = self.random.choice([None, "unpublished", "retracted"])
        publishing.record_past(tx, EDITOR, key, self.runtime.site_rules, ended, "Old.", at)

    def _soon(self, tx: PublishTx, least: int = 1) -> datetime:
        return tx.moment + timedelta(seconds=least + self.random.randint(0, 60))
