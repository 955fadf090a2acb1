"""The messages: an entry of the change feed with the present state, in the standard's envelope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, get_args
from uuid import UUID

from pydantic_core import to_json

from app.accounts.keys import SecretKey
from app.changes import head
from app.database import ReadTx
from app.kit.clock import rfc3339
from app.public.vocabulary import Topic
from app.published import change_items, changes
from app.published.cache import ReadCache

TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)
TEST: Final = "webhook.test"
VERIFICATION: Final = "webhook.verification"


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message: its id, its topic, and the body."""

    id: str
    topic: str
    body: str


def of_entry(
    tx: ReadTx, memory: ReadCache, languages: Sequence[str], sequence: int, *, thin: bool
) -> WebhookMessage | None:
    """The entry of the log with the present state of its thing; None when it never was public.

    A late message is not wrong: a thing that was retracted since is reported as gone.
    """
    log = head(tx)
    log_entries = changes.entries_by_number(tx, [sequence])
    if not log_entries:
        return None
    entry = log_entries[0]
    at = log.effective_until
    tags = memory.tags(tx, log)
    if thin:
        data = change_items.thin_changes(tx, tags, log_entries, at)[0]
    else:
        data = change_items.full_changes(tx, tags, log_entries, languages, at)[0]
    topic = f"{entry.kind}.{entry.type}"
    envelope = to_json({"type": topic, "timestamp": rfc3339(entry.at)})
    body = b'%s,"data":%s}' % (envelope[:-1], data)
    return WebhookMessage(entry.event_id, topic, body.decode())


def desk_message(
    event_id: str, topic: str, at: datetime, data: Mapping[str, Any]
) -> WebhookMessage:
    """An event of the desk, as it was when it happened."""
    return _envelope(event_id, topic, at, data)


def trial_message(event_id: str, at: datetime) -> WebhookMessage:
    """A test message without content."""
    return _envelope(event_id, TEST, at, {"message": "This is a test."})


def verification_message(
    key: SecretKey, webhook: UUID, salt: str, at: datetime
) -> tuple[WebhookMessage, str]:
    """A message with a challenge that the target must answer, and that challenge."""
    challenge = key.derive("webhook challenge", str(webhook), salt, rfc3339(at)).hex()
    event_id = f"evt_{sha256(challenge.encode()).hexdigest()[:24]}"
    return _envelope(event_id, VERIFICATION, at, {"challenge": challenge}), challenge


def _envelope(event_id: str, topic: str, at: datetime, data: Mapping[str, Any]) -> WebhookMessage:
    body = to_json({"type": topic, "timestamp": rfc3339(at), "data": dict(data)}).decode()
    return WebhookMessage(event_id, topic, body)
