"""What a letter tells, as its templates get it: read from the store just before the letter goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from app.accounts import offers
from app.accounts.keys import SecretKey
from app.database import ReadTx
from app.kit import languages
from app.letters.queue import AddressedLetter
from app.models.account import Account
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The language of a letter, and the values for its templates."""

    lang: str
    values: dict[str, Any]


def read_content(
    tx: ReadTx,
    letter: AddressedLetter,
    settings: Settings,
    key: Callable[[], SecretKey],
    lang_codes: list[str],
    now: datetime,
) -> LetterContent | None:
    """What a letter tells; None when it tells nothing that is still true."""
    if letter.expires_at <= now or letter.suspended_at is not None:
        return None
    facts, zone = letter.facts, ZoneInfo(letter.timezone or settings.timezone)
    values: dict[str, Any] = {
        "site": _one_line(settings.site_name),
        "name": _one_line(letter.name) if letter.name != letter.email else "",
        "actor": _actor_name(tx, facts.get("by")),
        "title": _one_line(facts.get("title", "")),
        "note": (facts.get("note") or "").strip(),
        "outcome": facts.get("outcome", ""),
        "moments": [_local_time(text, zone) for text in facts.get("moments", ())],
        "until": _local_time(letter.expires_at.isoformat(), zone),
        "secret": "",
        "link": "",
    }
    desk = settings.desk_url
    if letter.kind in ("invitation", "reset"):
        secret = offers.letter_secret(key(), letter.id)
        if not offers.is_valid(tx, secret, now):
            return None
        values["secret"] = secret
        values["link"] = f"{desk}/password#secret={secret}" if desk else ""
        values["api"] = f"{settings.public_url}/v1/admin/auth/reset"
    elif desk and "article" in facts:
        values["link"] = f"{desk}/articles/{UUID(facts['article'])}"
    wishes = (letter.lang, settings.languages[0], "en")
    code = languages.localise({code: code for code in lang_codes}, filter(None, wishes))
    return LetterContent(code or "en", values)


def _actor_name(tx: ReadTx, account_id: str | None) -> str:
    if account_id is None:
        return ""
    statement = sa.select(col(Account.name)).where(col(Account.id) == UUID(account_id))
    return _one_line(tx.execute(statement).scalar() or "")


def _one_line(text: str) -> str:
    """The text without line ends, which a header and a sentence must not have."""
    return " ".join(text.split())


def _local_time(text: str, zone: ZoneInfo) -> str:
    moment = datetime.fromisoformat(text).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M} ({zone.key})"
