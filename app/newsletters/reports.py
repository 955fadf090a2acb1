"""Reports that mail servers send back: delivery status (RFC 3464) and complaints (RFC 5965), read
from a message. Words for people in it are never trusted: only the parts for machines count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from typing import Final
from uuid import UUID

from app.accounts.keys import SecretKey
from app.newsletters import links
from app.newsletters.bounces import ReportKind
from app.newsletters.readers import LEAVES_EVER

LARGEST: Final = 2_000_000
"""The bytes of a report that are looked at."""
_LEAVE_LINK: Final = re.compile(r"/subscribe/leave/([a-z2-7]{26}-[A-Za-z0-9_-]{27})", re.ASCII)
_STATUS: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})", re.ASCII)
_FULL: Final = "2"
"""The subject of 5.2.x: the mailbox is there, but full or switched off."""
_POLICY: Final = "7"
"""The subject of 5.7.x: a rule refused the letter, not the address."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """A report: of which letter, or of whose, and what it says."""

    kind: ReportKind
    letter_id: UUID | None = None
    reader_id: UUID | None = None


def read_report(content: bytes, key: SecretKey) -> MailReport | None:
    """The report in a message; None if it is none of ours, or only tells of a delay."""
    message = message_from_bytes(content[:LARGEST], policy=compat32)
    letter_id = next(_letters(message, key), None)
    if message.get_content_type() == "multipart/report":
        kind_name = str(message.get_param("report-type", "")).lower()
        if kind_name == "feedback-report":
            reader_id = _reader_of(content, key)
            return MailReport("complaint", letter_id, reader_id) if letter_id or reader_id else None
        kind = _delivery_kind(message)
        return MailReport(kind, letter_id) if kind is not None and letter_id else None
    return None


def _letters(message: Message, key: SecretKey) -> Iterator[UUID]:
    """The letters whose return address the message went to."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
    values = [str(value) for name in names for value in message.get_all(name, ())]
    for _, address in getaddresses(values):
        if (letter := links.letter_at(key, address)) is not None:
            yield letter


def _delivery_kind(message: Message) -> ReportKind | None:
    """How bad a delivery status is: the worst of its recipients."""
    kinds = [
        kind
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in (part.get_payload() if part.is_multipart() else ())
        if isinstance(block, Message) and (kind := _recipient_kind(block)) is not None
    ]
    return "hard" if "hard" in kinds else "soft" if kinds else None


def _recipient_kind(block: Message) -> ReportKind | None:
    if str(block.get("action", "")).strip().lower() != "failed":
        return None  # delayed, relayed, expanded
    status = _STATUS.match(str(block.get("status", "")))
    if status is None:
        return "soft"
    return "hard" if status[1] == "5" and status[2] not in (_FULL, _POLICY) else "soft"


def _reader_of(content: bytes, key: SecretKey) -> UUID | None:
    """The reader of the letter that a complaint carries: its link to leave names the reader."""
    text = content[:LARGEST].decode("ascii", "replace").replace("=\r\n", "").replace("=\n", "")
    for match in _LEAVE_LINK.finditer(text):
        token = links.parse_token(match[1])
        if token is not None and links.is_proved(key, "leave", token, LEAVES_EVER):
            return token.reader_id
    return None
