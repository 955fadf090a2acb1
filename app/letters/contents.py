"""What a letter tells, as its templates get it: read from the store just before the letter goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from app.accounts import offers
from app.accounts.keys import SecretKey
from app.database import ReadTx
from app.kit import languages
from app.letters.queue import AddressedAccount, AddressedLetter
from app.models.account import Account
from app.settings import Settings

Layout = Literal["letter", "issue"]


@dataclass(frozen=True, slots=True)
class LetterContent:
    """What a letter says to whom: the values for its templates, and headers beyond the usual."""

    email: str
    name: str
    lang: str
    template: str
    values: dict[str, Any]
    layout: Layout = "letter"
    headers: Mapping[str, str] = field(default_factory=dict)


def read_account_content(
    tx: ReadTx,
    letter: AddressedLetter,
    account: AddressedAccount,
    settings: Settings,
    key: Callable[[], SecretKey],
    lang_codes: list[str],
    now: datetime,
) -> LetterContent | None:
    """What a letter to an account says; None when it says nothing that is still true."""
    if letter.expires_at <= now or account.suspended_at is not None:
        return None
    facts, zone = letter.facts, ZoneInfo(account.timezone or settings.timezone)
    values: dict[str, Any] = {
        "site": one_line(settings.site_name),
        "name": one_line(account.name) if account.name != account.email else "",
        "actor": _actor_name(tx, facts.get("by")),
        "title": one_line(facts.get("title", "")),
        "note": (facts.get("note") or "").strip(),
        "outcome": facts.get("outcome", ""),
        "moments": [_local_time(text, zone) for text in facts.get("moments", ())],
        "until": _local_time(letter.expires_at.isoformat(), zone),
        "secret": "",
        "link": "",
    }
    desk = settings.desk_address
    if letter.kind in ("invitation", "reset"):
        secret = offers.letter_secret(key(), letter.id)
        if not offers.is_valid(tx, secret, now):
            return None
        values["secret"] = secret
        values["link"] = f"{desk}/password#secret={secret}" if desk else ""
        values["api"] = f"{settings.public_url}/v1/admin/auth/reset"
    elif desk and "article" in facts:
        values["link"] = f"{desk}/articles/{UUID(facts['article'])}"
    lang = template_lang(account.lang, settings, lang_codes)
    return LetterContent(account.email, values["name"], lang, letter.kind, values)


def template_lang(wish: str | None, settings: Settings, lang_codes: list[str]) -> str:
    """The language of templates for somebody who reads another one best."""
    wishes = (wish, settings.languages[0], "en")
    code = languages.localise({code: code for code in lang_codes}, filter(None, wishes))
    return code or "en"


def _actor_name(tx: ReadTx, account_id: str | None) -> str:
    if account_id is None:
        return ""
    statement = sa.select(col(Account.name)).where(col(Account.id) == UUID(account_id))
    return one_line(tx.execute(statement).scalar() or "")


def one_line(text: str) -> str:
    """The text without line ends, which a header and a sentence must not have."""
    return " ".join(text.split())


def _local_time(text: str, zone: ZoneInfo) -> str:
    moment = datetime.fromisoformat(text).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M} ({zone.key})"
