"""A person who has done everything here, and where that person stands afterwards."""

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.accounts import users
from app.accounts.inputs import AccountInput
from app.accounts.principal import OPERATOR
from app.audit import By
from app.editorial import articles, import_jobs, import_runs, notes
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.notes import NewNote
from app.models import every_table
from app.runtime import Runtime
from tests import builders
from tests.accounts.people import DESK, PASSWORD, door, hashed, with_totp
from tests.partners import holder

NAME = "Kanari O’Quispe"


EMAIL = "kanari@example.org"


MARK = re.compile(rb"(?i)kanari")


def person(runtime: Runtime, email: str = EMAIL, name: str = NAME, role: Any = "editor") -> UUID:
    with runtime.database.writing() as tx:
        asked = AccountInput(email=email, role=role, name=name)
        return users.create(tx, OPERATOR, asked, runtime.clock(), hashed()).id


def article(runtime: Runtime, by: str, **over: Any) -> tuple[UUID, int]:
    content = ArticleInput(**({"lang": "en", "title": "A title", "body": "A body."} | over))
    with runtime.database.writing() as tx:
        row = articles.create(tx, Actor(by), prepare(content, runtime.site_rules), runtime.clock())
        return row.id, row.revision


def life(runtime: Runtime) -> UUID:
    """Somebody who has done everything here, beside others who have."""
    person(runtime, "admin@example.org", "Somebody Else", "admin")
    account = person(runtime)
    for browser in (DESK, DESK):
        session = door(runtime).login(EMAIL, PASSWORD, None, browser)
    with_totp(runtime, session.principal)
    other = person(runtime, "b@example.org", "Another")
    holder.organisation(runtime, contact_email=EMAIL)
    with runtime.database.writing() as tx:
        users.reset(tx, OPERATOR, other, runtime.clock())
    signed = {"authors": ({"name": NAME}, {"name": "Rosa"})}
    credited = {"url": "https://example.org/a.jpg", "alt": "A bridge", "credit": f"Photo: {NAME}"}
    builders.publish(runtime, article(runtime, NAME, title="Live", **signed))
    builders.publish(runtime, article(runtime, "Somebody Else", title="Shown", image=credited))
    builders.publish(
        runtime, article(runtime, NAME, title="Of others", authors=({"name": "Rosa"},))
    )
    draft, _ = article(runtime, NAME, title="Draft", **signed)
    with runtime.database.writing() as tx:
        job = import_jobs.create(tx, Actor("Another"), "wordpress", runtime.clock())
        tx.session.flush()
        report = {"notices": [{"message": f"the author {NAME} has no text"}]}
        import_runs.complete(tx, job, "checked", runtime.clock(), "check_report", report)
        for writer in (account, other):
            by = Actor(NAME if writer == account else "Another", By("session", writer))
            text = "Ask @kanari or @Kanari-OQuispe, not KANARI O’QUISPE or kanari@example.org."
            notes.create(tx, by, draft, NewNote(text=text), runtime.clock())
    return account


def holding(runtime: Runtime) -> set[str]:
    """The tables in which the person stands."""
    with runtime.database.reading() as tx:
        return {
            table.name
            for table in every_table().sorted_tables
            if MARK.search(repr([tuple(row) for row in tx.execute(sa.select(table))]).encode())
        }
