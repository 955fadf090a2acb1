"""Webhooks follow the change log: a `Follower` that never waits for a partner.

Its step queues what the log has and hands every subscription that is due to a loop of its own,
some at a time. Between the transactions nothing is held while the network is waited for.
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
from app.partners import delivering, payloads, queueing, signing
from app.partners.delivering import Work
from app.partners.exchange import Exchange, Sender
from app.partners.payloads import Told
from app.partners.targets import Reach, networks
from app.runtime import Runtime

_AT_ONCE: Final = 16
"""Subscriptions that are served at the same time."""

_TURN: Final = 2.0
"""Seconds after which a subscription makes room for others that wait."""

_TIDY: Final = timedelta(hours=1).total_seconds()

_LOG: Final = logging.getLogger("willay.webhooks")


class Webhooks:
    """Tells partners; a `Follower`."""

    name = "webhooks"

    def __init__(self, runtime: Runtime, sender: Sender | None = None) -> None:
        self._runtime = runtime
        self._sender = sender
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._tidied = monotonic()

    def step(self) -> bool:
        """Queue what is new and begin what is due; false when there was neither."""
        runtime = self._runtime
        now = runtime.clock()
        queued = queueing.queue(runtime.database, runtime.memory, now)
        with runtime.database.reading() as tx:
            waiting = delivering.due(tx, now, _AT_ONCE + len(self._busy))
        begun = False
        for webhook in waiting:
            if webhook not in self._busy and len(self._busy) < _AT_ONCE:
                self._begin(webhook)
                begun = True
        self._tidy()
        return queued or begun

    def close(self) -> None:
        """Let go of what is under way; its lease runs out, and it is sent again."""
        if self._loop is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._cancelled(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None
        if self._sender is not None:
            self._sender.close()

    def _begin(self, webhook: UUID) -> None:
        if self._sender is None:
            reach = Reach(networks(self._runtime.settings.webhook_networks))
            self._sender = Sender(reach)
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
            self._thread.start()
        sender = self._sender

        async def begun() -> None:
            task = asyncio.create_task(self._serve(sender, webhook))
            self._busy[webhook] = task
            task.add_done_callback(lambda _: self._busy.pop(webhook, None))

        asyncio.run_coroutine_threadsafe(begun(), self._loop).result()

    async def _cancelled(self) -> None:
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, sender: Sender, webhook: UUID) -> None:
        """One delivery after the other, for a while. Nothing may end the loop."""
        until = monotonic() + _TURN
        try:
            while monotonic() < until:
                work = await asyncio.to_thread(self._claimed, webhook)
                if work is None:
                    return
                await self._done(sender, work)
        except Exception:
            # The store is away, or it is a fault of ours that `_done` could not note.
            _LOG.exception("the webhook %s will be tried again", webhook)

    def _claimed(self, webhook: UUID) -> Work | None:
        runtime = self._runtime
        with runtime.database.writing() as tx:
            return delivering.claim(tx, runtime.key(), webhook, runtime.clock())

    async def _done(self, sender: Sender, work: Work) -> None:
        """Send, and note what came of it, whatever it was: what is not noted would be sent again
        for ever, and nobody would see it in the record."""
        try:
            came = await self._sent(sender, work)
        except Unavailable:
            raise
        except Exception:
            _LOG.exception("a message for the webhook %s could not be sent", work.webhook)
            came = work, Exchange(0, problem="not_sent")
        if came is not None:
            await asyncio.to_thread(self._settle, *came)

    async def _sent(self, sender: Sender, work: Work) -> tuple[Work, Exchange] | None:
        """The work with the id of its message, and what came; none when nothing is to be told."""
        told, challenge = await asyncio.to_thread(self._told, work)
        now = self._runtime.clock()
        if told is None:
            await asyncio.to_thread(self._supersede, work)
            return None
        if work.delivery is None:
            work = replace(work, event_id=told.id)
        signed = signing.headers(work.keys, told.id, now, told.body)
        headers = {"content-type": "application/json", "user-agent": "Willay", **signed}
        came = await sender.post(work.url, headers, told.body.encode())
        if challenge and came.is_success and not _is_met(challenge, came.answer):
            came = Exchange(came.milliseconds, came.status, "challenge_not_met", came.answer)
        return work, came

    def _told(self, work: Work) -> tuple[Told | None, str]:
        """What to send, made in one snapshot; and the challenge, where it is one."""
        runtime = self._runtime
        now = runtime.clock()
        if work.delivery is None:
            return payloads.verification(runtime.key(), work.webhook, work.salt, now)
        if work.sequence is None:
            return payloads.trial(work.event_id, now), ""
        languages = runtime.settings.languages
        with runtime.database.reading() as tx:
            told = payloads.of_entry(tx, runtime.memory, languages, work.sequence, thin=work.thin)
        wanted = told is not None and (not work.topics or told.topic in work.topics)
        return told if wanted else None, ""

    def _settle(self, work: Work, came: Exchange) -> None:
        with self._runtime.database.writing() as tx:
            delivering.settle(tx, work, came, self._runtime.clock())

    def _supersede(self, work: Work) -> None:
        with self._runtime.database.writing() as tx:
            delivering.supersede(tx, work, self._runtime.clock())

    def _tidy(self) -> None:
        if monotonic() - self._tidied > _TIDY:
            self._tidied = monotonic()
            with self._runtime.database.writing() as tx:
                queueing.forget_old(tx, self._runtime.clock())


def _is_met(challenge: str, answer: bytes) -> bool:
    """The answer is the challenge, or JSON that names it."""
    text = answer.decode(errors="replace").strip()
    if text == challenge:
        return True
    try:
        said = from_json(text)  # which refuses what is nested too deeply, where `json` breaks
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("challenge") == challenge
