"""One connection to a mail server, and the exchange of one letter.

Each command has a time limit, and so have all commands of a phase together, so a server that hangs
or drips costs a bounded time wherever it does so. Only the end of a text is uncertain: until the
terminating dot has gone, the server cannot have accepted the letter.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from threading import Timer
from typing import Final, Literal

from app.settings.mail import MailServer

COMMAND_SECONDS: Final = 10.0
"""The time limit of each answer before the text."""
_OPENING_SECONDS: Final = 30.0
_ENVELOPE_SECONDS: Final = 30.0
_TEXT_SECONDS: Final = 60.0
"""A server may take long to accept a text, since it looks for spam meanwhile."""

_NEEDS_LOGIN: Final = 530
_CLOSES: Final = 421

SmtpReply = tuple[int, bytes]
Fate = Literal["sent", "postponed", "refused", "failed", "uncertain"]


class MailTrouble(Exception):
    """The server takes no letters now, whichever it is; `code` names the reason."""

    def __init__(self, code: str, status: int | None = None) -> None:
        self.code = code if status is None else f"{code}_{status}"
        super().__init__(self.code)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of a letter. `problem` is a code: words of a server may hold addresses."""

    fate: Fate
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """Time limits in seconds: of one answer, and of each phase."""

    command: float = COMMAND_SECONDS
    opening: float = _OPENING_SECONDS
    envelope: float = _ENVELOPE_SECONDS
    text: float = _TEXT_SECONDS


class MailConnection:
    """A connection to a server, for one letter after another."""

    def __init__(self, server: MailServer, own_name: str, limits: SmtpLimits | None = None) -> None:
        self._server = server
        self._limits = limits or SmtpLimits()
        self._is_usable = True
        self._is_cut = False
        self._in_text = False
        self._smtp = self._make_client(own_name)

    def open(self) -> None:
        """Connect and log in; `MailTrouble` if that fails."""
        try:
            with self._bounded(self._limits.opening):
                self._greet(self._server)
        except (MailTrouble, OSError, smtplib.SMTPException) as error:
            self.close()
            raise _to_trouble(error) from error

    def _make_client(self, own_name: str) -> smtplib.SMTP:
        seconds = self._limits.command
        if self._server.security != "tls":
            return smtplib.SMTP(local_hostname=own_name, timeout=seconds)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(local_hostname=own_name, timeout=seconds, context=context)

    def _greet(self, server: MailServer) -> None:
        smtp = self._smtp
        # STARTTLS compares the certificate with this name, which only the constructor sets.
        smtp._host = server.host  # type: ignore[attr-defined]  # typeshed does not have it
        code = self._code_of(smtp.connect(server.host, server.port))
        if code != 220:
            raise MailTrouble("server_refuses", code)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise MailTrouble("tls_missing")
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.user is not None:
            if not smtp.has_extn("auth"):
                raise MailTrouble("login_missing")
            smtp.login(server.user, server.password)

    @property
    def is_usable(self) -> bool:
        """Whether another letter can go by this connection."""
        return self._is_usable and not self._is_cut and self._smtp.sock is not None

    def send(
        self, sender: str, recipient: str, text: bytes, hand_over: Callable[[], None]
    ) -> SendResult:
        """Send a letter. `hand_over` is called when the server waits for the text, before any of it
        goes; if it raises, nothing goes, and the connection is closed."""
        if (problem := self._find_obstacle(recipient, len(text))) is not None:
            return SendResult("refused", problem)
        self._set_timeout(self._limits.command)
        with self._bounded(self._limits.envelope):
            refusal = self._send_envelope(sender, recipient, len(text))
        if refusal is not None:
            return refusal
        try:
            hand_over()
        except BaseException:
            self.close()
            raise
        return self._send_text(text)

    def _find_obstacle(self, recipient: str, size: int) -> str | None:
        """Why this server cannot take the letter, by what it says of itself."""
        if not recipient.isascii() and not self._smtp.has_extn("smtputf8"):
            return "no_smtputf8"
        limit = self._smtp.esmtp_features.get("size", "").strip()
        return "too_large" if limit.isdecimal() and 0 < int(limit) < size else None

    def _send_envelope(self, sender: str, recipient: str, size: int) -> SendResult | None:
        """The refusal; None when the server waits for the text."""
        smtp = self._smtp
        options = [f"SIZE={size}"] if smtp.has_extn("size") else []
        options += [] if recipient.isascii() else ["SMTPUTF8"]
        steps: tuple[tuple[str, Callable[[], SmtpReply], tuple[int, ...]], ...] = (
            ("mail", lambda: smtp.mail(sender, options), (250,)),
            ("rcpt", lambda: smtp.rcpt(recipient), (250, 251)),
            ("data", lambda: smtp.docmd("DATA"), (354,)),
        )
        for verb, command, accepted in steps:
            try:
                code = self._code_of(command())
            except (OSError, smtplib.SMTPException):
                self.close()
                return SendResult("postponed", f"{verb}_unanswered")
            if code not in accepted:
                if (verb, code) == ("mail", _NEEDS_LOGIN):
                    self.close()
                    raise MailTrouble("login_required")
                return self._refusal(verb, code)
        return None

    def _send_text(self, text: bytes) -> SendResult:
        self._in_text = True
        try:
            with self._bounded(self._limits.text):
                return self._exchange_text(text)
        finally:
            self._in_text = False

    def _exchange_text(self, text: bytes) -> SendResult:
        smtp = self._smtp
        has_gone = False
        try:
            self._set_timeout(self._limits.text)
            smtp.send(_stuff_dots(text))
            has_gone = True  # as soon as the dot is on its way
            smtp.send(b".\r\n")
            code = self._code_of(smtp.getreply())
        except (OSError, smtplib.SMTPException):
            self.close()
            if has_gone:
                return SendResult("uncertain", "text_unanswered")
            return SendResult("postponed", "text_unfinished")
        if code == 250:
            return SendResult("sent")
        if not 400 <= code < 600:
            self.close()
            return SendResult("uncertain", "text_garbled")
        return self._refusal("text", code)

    def _set_timeout(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _refusal(self, verb: str, code: int) -> SendResult:
        if code == _CLOSES or not 400 <= code < 600:
            self.close()
        else:
            with self._bounded(self._limits.command), suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
        fate: Fate = "refused" if 500 <= code < 600 else "postponed"
        return SendResult(fate, f"{verb}_{code}")

    def close(self) -> None:
        """Close the connection without a word."""
        self._is_usable = False
        self._smtp.close()

    def quit(self) -> None:
        """Take leave, and close."""
        if self.is_usable:
            with self._bounded(self._limits.command), suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self.close()

    def interrupt(self) -> None:
        """Make a running command fail, except while a text goes; safe in another thread."""
        if not self._in_text:
            self._cut()

    def _code_of(self, reply: SmtpReply) -> int:
        """The code of a reply. One that was cut off is none, whatever its first digits are."""
        if self._is_cut:
            raise smtplib.SMTPServerDisconnected("it took too long")
        return reply[0]

    def _cut(self) -> None:
        self._is_cut = True
        sock = self._smtp.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(SHUT_RDWR)

    @contextmanager
    def _bounded(self, seconds: float) -> Iterator[None]:
        """Cut the connection if the block takes longer."""
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _to_trouble(error: MailTrouble | OSError | smtplib.SMTPException) -> MailTrouble:
    match error:
        case MailTrouble():
            return error
        case ssl.SSLError():
            return MailTrouble("tls_failed")
        case smtplib.SMTPAuthenticationError():
            return MailTrouble("login_refused", error.smtp_code)
        case smtplib.SMTPResponseException():
            return MailTrouble("server_refuses", error.smtp_code)
        case _:
            return MailTrouble("server_unreachable")


def _stuff_dots(text: bytes) -> bytes:
    """The text with dots at line starts doubled, and with a line end at its end."""
    body = re.sub(rb"(?m)^\.", b"..", text)
    return body if body.endswith(b"\r\n") else body + b"\r\n"
