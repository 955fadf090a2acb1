"""A desk for tests: two editors, and acts on articles as they do them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.audit import AuditEvent, AuditFilter, By, list_events
from app.changes import PublishTx
from app.editorial import article_status, draft_commands, workflow, working_copies
from app.editorial.article_patch import ArticlePatch, apply_patch
from app.editorial.article_status import State
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.workflow import Effect
from app.editorial.working_copies import WorkingCopyDetail
from app.models.article import Article
from app.runtime import Runtime
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]
Act = Callable[[PublishTx, Actor, UUID, int], Article | Effect]

ANA = Actor("Ana", By("session", UUID(int=1), "s1", "203.0.113.7"))
BEN = Actor("Ben", By("token", UUID(int=2), "t2", "198.51.100.9"))
IMPORT = Actor("import")


@dataclass
class Desk:
    """What a test does to the articles of one store."""

    runtime: Runtime
    clock: MovingClock

    def create(self, actor: Actor = ANA, **over: Any) -> UUID:
        """A new draft."""
        content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
        ready = prepare(content, self.runtime.site_rules)
        with self.runtime.database.writing() as tx:
            return draft_commands.create(tx, actor, ready, self.clock()).id

    def save(
        self,
        key: UUID,
        actor: Actor = ANA,
        *,
        revision: int | None = None,
        autosave: bool = False,
        **over: Any,
    ) -> int:
        """Change some fields; the number that the article has then."""
        copy = self.copy(key).copy
        draft = apply_patch(copy, ArticlePatch(**over), self.runtime.site_rules)
        with self.runtime.database.writing() as tx:
            number = revision or copy.article.revision
            saved = draft_commands.change(
                tx, actor, key, number, draft, self.clock(), autosave=autosave
            )
            return saved.revision

    def act(self, key: UUID, name: str, actor: Actor = ANA, revision: int | None = None) -> int:
        """One step by its name; the number that the article has then."""
        number = revision or self.copy(key).copy.article.revision
        with self.runtime.publishing() as tx:
            return self.acts(tx.moment)[name](tx, actor, key, number).revision

    def acts(self, now: datetime) -> dict[str, Act]:
        """Every step of the workflow by its name."""
        house, soon = self.runtime.site_rules, now + timedelta(hours=1)
        return {
            "submit": lambda *here: workflow.submit(*here, now),
            "approve": lambda *here: workflow.approve(*here, now),
            "return": lambda *here: workflow.send_back(*here, now, "Say who was there."),
            "publish": lambda *here: workflow.publish(*here, house),
            "schedule": lambda *here: workflow.publish(*here, house, at=soon),
            "publish until": lambda *here: workflow.publish(*here, house, until=soon),
            "correct": lambda *here: workflow.correct(*here, house, "A name was wrong."),
            "publish, cancelling": lambda *here: workflow.publish(*here, house, cancels=True),
            "unpublish": workflow.unpublish,
            "unpublish, cancelling": lambda *here: workflow.unpublish(*here, cancels=True),
            "retract, cancelling": lambda *here: workflow.retract(*here, "Forged.", cancels=True),
            "retract": lambda *here: workflow.retract(*here, "It was forged."),
            "cancel": workflow.cancel,
            "trash": lambda *here: workflow.trash(*here, now),
            "restore": lambda *here: workflow.restore(*here, now),
        }

    def copy(self, key: UUID) -> WorkingCopyDetail:
        """The article as its editors see it."""
        with self.runtime.database.reading() as tx:
            return working_copies.get_working_copy(tx, key, self.clock())

    def state(self, key: UUID) -> State:
        """Where it stands."""
        with self.runtime.database.reading() as tx:
            return article_status.workflow_state(tx, key, self.clock())

    def audit(self, key: UUID) -> list[AuditEvent]:
        """What the audit tells of it, the oldest first."""
        with self.runtime.database.reading() as tx:
            found = list_events(
                tx, AuditFilter(subject_kind="article", subject_id=str(key)), limit=100
            )
            return found.entries[::-1]
