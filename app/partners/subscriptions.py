"""Subscriptions to events: created, changed, paused, resumed, and given new secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts.keys import SecretKey
from app.accounts.principal import Principal
from app.changes import head
from app.database import ReadTx, WriteTx
from app.errors import Conflict, Detail, Invalid, NotFound
from app.kit.ids import uuid7
from app.models.tag import Tag
from app.models.webhook import Delivery, DeliveryAttempt, Webhook
from app.partners.inputs import AnyTopic, PausedReason, Payload, State, WebhookChange, WebhookInput
from app.partners.payloads import VERIFICATION
from app.partners.signing import SigningKeys
from app.partners.targets import ReachPolicy, parse_target
from app.public.vocabulary import Slug
from app.revisions import refuse_stale

MOST: Final = 100
"""The most subscriptions of one service."""


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    """A subscription as admins see it."""

    id: UUID
    name: str
    url: str
    topics: list[AnyTopic]
    tags: list[Slug]
    payload: Payload
    state: State
    paused_reason: PausedReason | None
    revision: int
    public_key: str
    position: int
    waiting: int
    failures: int
    failing_since: datetime | None
    retry_at: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


def list_webhooks(tx: ReadTx, key: SecretKey) -> list[WebhookInfo]:
    """Every subscription, the oldest first."""
    rows = tx.execute(_ASKED.order_by(col(Webhook.created_at), col(Webhook.id))).all()
    slugs = _tag_slugs(tx)
    return [_info(row, slugs, key) for row in rows]


def get_webhook(tx: ReadTx, key: SecretKey, webhook: UUID) -> WebhookInfo:
    """A subscription; `NotFound`."""
    row = tx.execute(_ASKED.where(col(Webhook.id) == webhook)).one_or_none()
    if row is None:
        raise _webhook_not_found()
    return _info(row, _tag_slugs(tx), key)


def create(
    tx: WriteTx,
    by: Principal,
    key: SecretKey,
    reach: ReachPolicy,
    body: WebhookInput,
    now: datetime,
) -> tuple[WebhookInfo, str]:
    """A new subscription and its secret. It receives events from now on, once its target has
    answered the challenge that the worker sends. `Conflict` when there are too many, `Invalid` for
    a target that is out of reach."""
    reach.refuse(parse_target(body.url))
    number = tx.execute(sa.select(sa.func.count()).select_from(Webhook)).scalar_one()
    if number >= MOST:
        raise Conflict("too_many_webhooks", f"There are {MOST} webhooks already; delete one.")
    log = head(tx)
    row = Webhook(
        id=uuid7(now),
        name=body.name,
        url=body.url,
        topics=list(body.topics),
        tags=_tag_ids(tx, body.tags),
        payload=body.payload,
        state="pending",
        revision=1,
        created_by=by.name,
        created_by_id=by.account_id,
        created_at=now,
        updated_at=now,
        salt=token_hex(16),
        key_mark=key.mark,
        epoch=log.epoch,
        position=log.sequence,
    )
    tx.session.add(row)
    audit.record(tx, by.by, now, "webhook.created", "webhook", row.id, after=_audit_state(row))
    return get_webhook(tx, key, row.id), SigningKeys(key, row.id, row.salt).secret


def change(
    tx: WriteTx,
    by: Principal,
    key: SecretKey,
    reach: ReachPolicy,
    webhook: UUID,
    change: WebhookChange,
    now: datetime,
    revision: int,
) -> WebhookInfo:
    """Change a subscription. `Stale`; `Invalid` for a target that is out of reach."""
    row = lock_webhook(tx, webhook, revision)
    before = _audit_state(row)
    fields = {name: getattr(row, name) for name in WebhookInput.model_fields}
    after = change.apply_to(fields)
    after["topics"] = list(after["topics"])
    if "tags" in change.model_fields_set:
        after["tags"] = _tag_ids(tx, change.tags)
    if after == fields:
        return get_webhook(tx, key, webhook)
    if after["url"] != row.url:
        reach.refuse(parse_target(change.url))
        _set_state(row, "pending")
    for name, value in after.items():
        setattr(row, name, value)
    _record_change(tx, by, row, now, "webhook.changed", before)
    return get_webhook(tx, key, webhook)


def delete(tx: WriteTx, by: Principal, webhook: UUID, now: datetime, revision: int) -> None:
    """Delete the subscription and the record of its deliveries."""
    row = lock_webhook(tx, webhook, revision)
    own_deliveries = sa.select(col(Delivery.id)).where(col(Delivery.webhook_id) == webhook)
    tx.execute(
        sa.delete(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(own_deliveries))
    )
    tx.execute(sa.delete(Delivery).where(col(Delivery.webhook_id) == webhook))
    audit.record(tx, by.by, now, "webhook.deleted", "webhook", webhook, before=_audit_state(row))
    tx.session.delete(row)
    tx.session.flush()


def rotate(
    tx: WriteTx,
    by: Principal,
    key: SecretKey,
    webhook: UUID,
    now: datetime,
    revision: int,
    overlap: timedelta,
) -> tuple[WebhookInfo, str]:
    """Replace the secret and key pair; for `overlap` messages carry the old signatures too. When
    the installation's key has changed, the old signatures are lost, and a pause for it ends."""
    row = lock_webhook(tx, webhook, revision)
    row.previous_salt, row.previous_until = row.salt, now + overlap
    if row.key_mark != key.mark:
        row.previous_salt = row.previous_until = None
        row.key_mark = key.mark
    row.salt = token_hex(16)
    if row.paused_reason == "key_changed":
        _set_state(row, "pending")
    _record_change(tx, by, row, now, "webhook.rotated")
    return get_webhook(tx, key, webhook), SigningKeys(key, webhook, row.salt).secret


def pause(
    tx: WriteTx, by: Principal, key: SecretKey, webhook: UUID, now: datetime, revision: int
) -> WebhookInfo:
    """Send nothing until the subscription is resumed; it then receives what it missed."""
    row = lock_webhook(tx, webhook, revision)
    if row.state != "paused":
        before = _audit_state(row)
        # A pause does not replace the challenge that a pending target must answer.
        row.paused_reason = "unverified" if row.state == "pending" else "by_hand"
        row.state = "paused"
        _record_change(tx, by, row, now, "webhook.paused", before)
    return get_webhook(tx, key, webhook)


def resume(
    tx: WriteTx, by: Principal, key: SecretKey, webhook: UUID, now: datetime, revision: int
) -> WebhookInfo:
    """Resume where it was paused, and retry failed deliveries. `Conflict` while the installation's
    key is another one."""
    row = lock_webhook(tx, webhook, revision)
    if row.key_mark != key.mark:
        raise Conflict("key_changed", "The installation's key is another one; rotate the secret.")
    if row.state == "paused":
        before, log = _audit_state(row), head(tx)
        unknown = row.paused_reason in ("unverified", "gone", "restored")
        if row.epoch != log.epoch:
            row.epoch, row.position = log.epoch, min(row.position, log.sequence)
        _set_state(row, "pending" if unknown else "active")
        again = {"state": "pending", "attempts": 0, "next_attempt_at": now, "settled_at": None}
        given_up = (
            col(Delivery.webhook_id) == webhook,
            col(Delivery.state) == "failed",
            col(Delivery.topic) != VERIFICATION,
        )
        tx.execute(sa.update(Delivery).where(*given_up).values(again))
        waiting = (col(Delivery.webhook_id) == webhook, col(Delivery.state) == "pending")
        tx.execute(sa.update(Delivery).where(*waiting).values(next_attempt_at=now))
        _record_change(tx, by, row, now, "webhook.resumed", before)
    return get_webhook(tx, key, webhook)


def lock_webhook(tx: WriteTx, webhook: UUID, revision: int | None = None) -> Webhook:
    """The subscription, locked until the transaction ends; `NotFound`, `Stale`."""
    row = tx.get_locked(Webhook, webhook)
    if row is None:
        raise _webhook_not_found()
    refuse_stale(tx, "webhook", row, revision)
    return row


def _set_state(row: Webhook, state: State) -> None:
    row.state, row.paused_reason = state, None
    row.failures, row.failing_since, row.retry_at = 0, None, None
    row.lease = row.leased_until = None


def _record_change(
    tx: WriteTx,
    by: Principal,
    row: Webhook,
    now: datetime,
    action: str,
    before: dict[str, object] | None = None,
) -> None:
    row.revision += 1
    row.updated_at = now
    tx.session.add(row)
    tx.session.flush()
    after = _audit_state(row) if before is not None else None
    audit.record(tx, by.by, now, action, "webhook", row.id, before=before, after=after)


def _audit_state(row: Webhook) -> dict[str, object]:
    """The state for the audit: only the host of the target, since an address may hold a secret."""
    host = parse_target(row.url).host
    active = row.state == "active"
    return {"name": row.name, "host": host, "topics": list(row.topics), "active": active}


def _tag_ids(tx: ReadTx, slugs: Sequence[str]) -> list[str]:
    ids_by_slug = {slug: key for key, slug in _tag_slugs(tx).items()}
    wrong = tuple(
        Detail("unknown_tag", f"There is no tag {slug!r}.", f"/tags/{place}")
        for place, slug in enumerate(slugs)
        if slug not in ids_by_slug
    )
    if wrong:
        raise Invalid("unknown_tag", wrong[0].message, wrong)
    return [str(ids_by_slug[slug]) for slug in dict.fromkeys(slugs)]


def _tag_slugs(tx: ReadTx) -> dict[UUID, str]:
    rows = tx.execute(sa.select(col(Tag.id), col(Tag.slug)))
    return {row.id: row.slug for row in rows}


_WAITING: Final = (
    sa.select(sa.func.count())
    .where(col(Delivery.webhook_id) == col(Webhook.id), col(Delivery.state) == "pending")
    .correlate(Webhook)
    .scalar_subquery()
    .label("waiting")
)
_ASKED: Final = sa.select(*sa.inspect(Webhook).columns, _WAITING)


def _info(row: sa.Row[*tuple[object, ...]], slugs: dict[UUID, str], key: SecretKey) -> WebhookInfo:
    fields = dict(row._mapping)
    fields["tags"] = [slugs[UUID(tag)] for tag in fields["tags"] if UUID(tag) in slugs]
    fields["public_key"] = SigningKeys(key, fields["id"], fields["salt"]).public_key
    fields["previous_secret_until"] = fields["previous_until"]
    names = WebhookInfo.__dataclass_fields__
    return WebhookInfo(**{name: value for name, value in fields.items() if name in names})


def _webhook_not_found() -> NotFound:
    return NotFound("webhook_not_found", "There is no such webhook.")
