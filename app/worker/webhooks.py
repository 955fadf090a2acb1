"""Webhooks follow the change log: a `Follower` that never waits for a partner.

A step queues the log's new entries and hands due subscriptions to its own event loop, several at a
time. No transaction is open while the network is waited for.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from time import monotonic
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from app.errors import Unavailable
from app.partners import dispatch, enqueue, payloads, signing
from app.partners.dispatch import DeliveryJob
from app.partners.exchange import Exchange, Sender
from app.partners.payloads import WebhookMessage
from app.partners.targets import ReachPolicy, parse_networks
from app.runtime import Runtime

_AT_ONCE: Final = 16
"""Subscriptions that are served at the same time."""

_TURN: Final = 2.0
"""Seconds of service after which a subscription makes room for others."""

_TIDY: Final = timedelta(hours=1).total_seconds()

_LOG: Final = logging.getLogger("willay.webhooks")


class WebhookFollower:
    """Sends deliveries to partners; a `Follower`."""

    name = "webhooks"

    def __init__(self, runtime: Runtime, sender: Sender | None = None) -> None:
        self._runtime = runtime
        self._sender = sender
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._tidied = monotonic()

    def step(self) -> bool:
        """Queue new entries and begin due deliveries; false if there was neither."""
        runtime = self._runtime
        now = runtime.clock()
        queued = enqueue.enqueue_deliveries(runtime.database, runtime.memory, now)
        with runtime.database.reading() as tx:
            waiting = dispatch.due_subscriptions(tx, now, _AT_ONCE + len(self._busy))
        begun = False
        for webhook in waiting:
            if webhook not in self._busy and len(self._busy) < _AT_ONCE:
                self._begin(webhook)
                begun = True
        self._tidy()
        return queued or begun

    def close(self) -> None:
        """Cancel what is under way; its lease runs out, and it is sent again."""
        if self._loop is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._clear_cancelled(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None
        if self._sender is not None:
            self._sender.close()

    def _begin(self, webhook: UUID) -> None:
        if self._sender is None:
            reach = ReachPolicy(parse_networks(self._runtime.settings.webhook_networks))
            self._sender = Sender(reach)
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
            self._thread.start()
        sender = self._sender

        async def serve() -> None:
            task = asyncio.create_task(self._serve_webhook(sender, webhook))
            self._busy[webhook] = task
            task.add_done_callback(lambda _: self._busy.pop(webhook, None))

        asyncio.run_coroutine_threadsafe(serve(), self._loop).result()

    async def _clear_cancelled(self) -> None:
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve_webhook(self, sender: Sender, webhook: UUID) -> None:
        """Send one delivery after another, for a while. Nothing may end the loop."""
        until = monotonic() + _TURN
        try:
            while monotonic() < until:
                work = await asyncio.to_thread(self._claim_job, webhook)
                if work is None:
                    return
                await self._carry_out(sender, work)
        except Exception:
            # The store is away, or `_carry_out` could not record a fault of ours.
            _LOG.exception("the webhook %s will be tried again", webhook)

    def _claim_job(self, webhook: UUID) -> DeliveryJob | None:
        runtime = self._runtime
        with runtime.database.writing() as tx:
            return dispatch.claim_job(tx, runtime.key(), webhook, runtime.clock())

    async def _carry_out(self, sender: Sender, work: DeliveryJob) -> None:
        """Send, and record the result whatever it is: without a record the message would be sent
        again for ever, and nobody would notice."""
        try:
            exchange = await self._send_job(sender, work)
        except Unavailable:
            raise
        except Exception:
            _LOG.exception("a message for the webhook %s could not be sent", work.webhook)
            exchange = work, Exchange(0, problem="not_sent")
        if exchange is not None:
            await asyncio.to_thread(self._settle, *exchange)

    async def _send_job(
        self, sender: Sender, work: DeliveryJob
    ) -> tuple[DeliveryJob, Exchange] | None:
        """The job with its message's id and the exchange; None if there is nothing to send."""
        message, challenge = await asyncio.to_thread(self._build_message, work)
        now = self._runtime.clock()
        if message is None:
            await asyncio.to_thread(self._supersede, work)
            return None
        if work.delivery is None:
            work = replace(work, event_id=message.id)
        signed = signing.signature_headers(work.keys, message.id, now, message.body)
        headers = {"content-type": "application/json", "user-agent": "Willay", **signed}
        exchange = await sender.send(work.url, headers, message.body.encode())
        if challenge and exchange.is_success and not _is_met(challenge, exchange.answer):
            exchange = Exchange(
                exchange.milliseconds, exchange.status, "challenge_not_met", exchange.answer
            )
        return work, exchange

    def _build_message(self, work: DeliveryJob) -> tuple[WebhookMessage | None, str]:
        """The message, made in one snapshot, and the challenge if it carries one."""
        runtime = self._runtime
        now = runtime.clock()
        if work.delivery is None:
            return payloads.verification_message(runtime.key(), work.webhook, work.salt, now)
        if work.data is not None:
            at = work.created_at or now
            return payloads.desk_message(work.event_id, work.topic, at, work.data), ""
        if work.sequence is None:
            return payloads.trial_message(work.event_id, now), ""
        languages = runtime.settings.languages
        with runtime.database.reading() as tx:
            message = payloads.of_entry(
                tx, runtime.memory, languages, work.sequence, thin=work.thin
            )
        is_wanted = message is not None and (not work.topics or message.topic in work.topics)
        return message if is_wanted else None, ""

    def _settle(self, work: DeliveryJob, exchange: Exchange) -> None:
        with self._runtime.database.writing() as tx:
            dispatch.settle_job(tx, work, exchange, self._runtime.clock())

    def _supersede(self, work: DeliveryJob) -> None:
        with self._runtime.database.writing() as tx:
            dispatch.supersede_delivery(tx, work, self._runtime.clock())

    def _tidy(self) -> None:
        if monotonic() - self._tidied > _TIDY:
            self._tidied = monotonic()
            with self._runtime.database.writing() as tx:
                enqueue.forget_old(tx, self._runtime.clock())


def _is_met(challenge: str, answer: bytes) -> bool:
    """Whether the answer is the challenge, or JSON that holds it."""
    text = answer.decode(errors="replace").strip()
    if text == challenge:
        return True
    try:
        reply = from_json(text)  # refuses deep nesting, on which `json` breaks
    except ValueError:
        return False
    return isinstance(reply, dict) and reply.get("challenge") == challenge
