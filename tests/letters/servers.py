"""A mail server that answers, refuses, hangs or disconnects where a test says so."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from random import Random
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from typing_extensions import override

Fault = int | str
"""A status to answer with, or `hang`, `disconnect`, `drip`, `garbage`."""

LONG = 3_600.0
CHANCE = Random()
PASSWORD = "bridge"


@dataclass
class Mailbox:
    """What a server has accepted, and how it behaves: faults by verb, in small letters."""

    faults: dict[str, Fault] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    slow_domain: str | None = None
    """No answer ever comes for recipients there."""
    connections: int = 0
    port: int = 0
    pause: float = 0.0
    """Seconds that an answer takes at most; how many is left to chance."""

    async def wait(self) -> None:
        if self.pause:
            await asyncio.sleep(CHANCE.uniform(0.0, self.pause))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        fault = self.faults.get("text")
        if isinstance(fault, int):
            return f"{fault} no"
        await self.wait()
        self.letters.append(message_from_bytes(envelope.content, policy=SMTPUTF8))
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from or "")
        await self.wait()
        return "250 ok"

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


class FaultySmtp(SMTP):
    """aiosmtpd, with a fault before the answer to some verbs."""

    box: Mailbox

    async def _fail(self, verb: str) -> bool:
        """Whether a fault took the place of the answer."""
        await self.box.wait()
        match self.box.faults.get(verb):
            case None:
                return False
            case "hang":
                await asyncio.sleep(LONG)
            case "drip":
                for _ in range(10_000):
                    self._writer.write(b"2")
                    await self._writer.drain()
                    await asyncio.sleep(0.05)
            case "disconnect":
                self.transport.abort()
                await asyncio.sleep(LONG)
            case "garbage":
                await super().push("what?")
            case status:
                await super().push(f"{status} no")
        return True

    @override
    async def push(self, status: Any) -> None:
        if str(status).startswith("220 mail.example.org"):
            self.box.connections += 1
            if await self._fail("greeting"):
                return
        await super().push(status)

    @override
    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._fail("ehlo"):
            await super().smtp_EHLO(hostname)

    @override
    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._fail("ehlo"):
            await super().smtp_HELO(hostname)

    @override
    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._fail("starttls"):
            await super().smtp_STARTTLS(arg)

    @override
    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._fail("auth"):
            await super().smtp_AUTH(arg)

    @override
    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._fail("mail"):
            await super().smtp_MAIL(arg)

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        if self.box.slow_domain is not None and self.box.slow_domain in (arg or ""):
            await asyncio.sleep(LONG)
        if not await self._fail("rcpt"):
            await super().smtp_RCPT(arg)

    @override
    async def smtp_RSET(self, arg: str | None) -> None:
        if not await self._fail("rset"):
            await super().smtp_RSET(arg)

    @override
    async def smtp_QUIT(self, arg: str | None) -> None:
        if not await self._fail("quit"):
            await super().smtp_QUIT(arg)

    @override
    async def smtp_DATA(self, arg: str) -> None:
        if await self._fail("data"):
            return
        fault = self.box.faults.get("text")
        if fault in ("hang", "disconnect", "garbage", "drip"):
            await super().push("354 go on")
            while (await self._reader.readline()) not in (b".\r\n", b""):
                pass
            await self._fail("text")
            return
        if fault == "unread":
            await super().push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def _authenticate(_server: Any, _session: Any, _envelope: Any, _way: str, data: Any) -> AuthResult:
    is_right = data.login == b"desk" and data.password == PASSWORD.encode()
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None,
    *,
    implicit_tls: bool = False,
    login: bool = False,
    size: int = 1_000_000,
    utf8: bool = True,
    **faults: Fault,
) -> Iterator[Mailbox]:
    """A server in a thread of its own."""
    box = Mailbox(dict(faults))
    loop = asyncio.new_event_loop()
    made: list[SMTP] = []

    def make() -> SMTP:
        server = FaultySmtp(
            box,
            data_size_limit=size,
            enable_SMTPUTF8=utf8,
            hostname="mail.example.org",
            ident="mail",
            tls_context=None if implicit_tls else tls,
            authenticator=_authenticate if login else None,
            auth_require_tls=not login,
            loop=loop,
        )
        server.box = box
        made.append(server)
        return server

    wrap = tls if implicit_tls else None
    started = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0, ssl=wrap))
    box.port = started.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield box
    finally:

        async def end() -> None:
            started.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for server in made:
                if server.transport is not None:
                    server.transport.abort()
            await asyncio.sleep(0.02)

        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
