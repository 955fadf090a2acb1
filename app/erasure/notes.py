"""Notes beside articles: those that a person wrote, and what others wrote of the person."""

import re
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.audit import ERASED
from app.changes import PublishTx
from app.editorial.mentions import handles_of
from app.models.note import ArticleNote, NoteMention


def erase_notes(tx: PublishTx, account: UUID | None, words: Sequence[str]) -> dict[str, int]:
    """Erase the text of an account's notes, its mentions, and `words` (a name, an e-mail) in notes
    of others, also as names after an `@`. The notes keep their places in their threads."""
    own = sa.false() if account is None else col(ArticleNote.written_by_id) == account
    of_person = sa.and_(own, col(ArticleNote.text) != ERASED)
    number = tx.execute(sa.update(ArticleNote).where(of_person).values(text=ERASED)).rowcount
    if account is not None:
        tx.execute(sa.delete(NoteMention).where(col(NoteMention.account_id) == account))
    names = [word for word in words if "@" not in word]
    emails = [word for word in words if "@" in word]
    handles = {h for name in names for h in handles_of(name, "")}
    handles |= {h for email in emails for h in handles_of("", email)}
    spelled = [*words, *(f"@{handle}" for handle in sorted(handles, key=len, reverse=True))]
    # Every note is read, because SQLite knows the capitals of plain letters alone.
    rows = tx.execute(sa.select(col(ArticleNote.id), col(ArticleNote.text))).all()
    for note_id, text in rows:
        left = text
        for word in spelled:
            left = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", ERASED, left, flags=re.IGNORECASE)
        if left != text:
            is_own = col(ArticleNote.id) == note_id
            tx.execute(sa.update(ArticleNote).where(is_own).values(text=left))
            number += 1
    return {"notes": number}
