"""The sender of letters: one process at a time, which holds a lease.

A letter that the server refuses for now waits, longer each time. A server that takes no letters at
all lets every letter wait, and is asked again at growing intervals; this counts as no attempt.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event
from time import monotonic
from typing import Final
from uuid import UUID

from jinja2 import TemplateError

from app.accounts.keys import SecretKey
from app.database import Database
from app.errors import Unavailable
from app.kit.clock import Clock
from app.leases import StoreLease
from app.letters import folder, queue
from app.letters.composing import Composer, InvalidAddress
from app.letters.contents import LetterContent, read_account_content
from app.letters.queue import AddressedLetter, AddressedReader
from app.letters.reader_contents import ReaderContents
from app.letters.slow_domains import SlowDomains
from app.letters.smtp import Fate, MailConnection, MailTrouble, SendResult, SmtpLimits
from app.newsletters import bounces
from app.newsletters.addresses import UnreadableAddress
from app.newsletters.links import return_tag
from app.outage import Outage
from app.settings import Settings

LEASE: Final = "letters"
_AT_ONCE: Final = 20
_FIRST_REST: Final = 30.0
_LONGEST_REST: Final = 900.0
"""Seconds until a server that takes no letters is asked again: at first, and after failures."""
_TIDY_SECONDS: Final = 3_600.0
_LOG: Final = logging.getLogger("willay.letters")


class _LostLetter(Exception):
    """The letter is not planned any more, so it must not go."""


class LetterSender:
    """Sends what is planned; the work of a `ThreadedFollower`."""

    name = "letters"

    def __init__(
        self,
        database: Database,
        settings: Settings,
        key: Callable[[], SecretKey],
        clock: Clock,
        limits: SmtpLimits | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._key = key
        self._clock = clock
        self._limits = limits
        self._lease = StoreLease(database, LEASE, clock)
        self._server = settings.mail_server
        self._composer = Composer(settings)
        self._lang_codes = self._composer.lang_codes()
        self._reader_contents = ReaderContents(settings, key, self._lang_codes)
        self._slow_domains = SlowDomains()
        self._connection: MailConnection | None = None
        self._unsettled: tuple[UUID, SendResult] | None = None
        self._holds_lease = self._has_handed = False
        self._stopped = Event()
        self._outage = Outage("The way of letters", "willay.letters")
        self._failures = 0
        self._resting_until = self._tidied = 0.0

    def step(self) -> bool:
        """Send some of the letters that are due; false if there are none, or the server rests."""
        if self._stopped.is_set() or monotonic() < self._resting_until:
            return False
        if self._unsettled is not None:
            self._settle(*self._unsettled)
        self._tidy()
        now, holder = self._clock(), self._lease.holder
        with self._database.reading() as tx:
            is_idle = not queue.has_work(tx, holder, now)
        if is_idle or not self._take_lease():
            self._disconnect()
            return False
        with self._database.writing() as write:
            if uncertain := queue.mark_uncertain(write, holder, now):
                message = "%d letters are uncertain; `willay letter list` shows them"
                _LOG.warning(message, uncertain)
            letters = queue.due_letters(write, now, _AT_ONCE)
        try:
            self._send_letters(letters)
        except MailTrouble as trouble:
            self._rest(trouble.code)
            return False
        return True

    def interrupt(self) -> None:
        """Make a waiting step give up, unless a letter's text goes; safe in another thread."""
        self._stopped.set()
        if (connection := self._connection) is not None:
            connection.interrupt()

    def close(self) -> None:
        """Close the connection, and let another process send."""
        self._disconnect()
        with suppress(Unavailable):
            if self._unsettled is not None:
                self._settle(*self._unsettled)
            if self._holds_lease:
                self._lease.give_back()

    def _take_lease(self) -> bool:
        self._holds_lease = self._lease.take() is not None
        return self._holds_lease

    def _send_letters(self, letters: list[UUID]) -> None:
        for letter_id in letters:
            began = monotonic()
            if self._stopped.is_set() or not self._take_lease():
                return
            with self._database.reading() as tx:
                letter = queue.find_letter(tx, letter_id)
            if letter is not None and self._send_letter(letter):
                self._stopped.wait(max(0.0, began + 1 / self._settings.mail_rate - monotonic()))
            if monotonic() < self._resting_until:
                return

    def _send_letter(self, letter: AddressedLetter) -> bool:
        """Send a letter, and record what became of it; false if nothing went."""
        self._has_handed = False
        try:
            result = self._try_letter(letter)
        except (MailTrouble, Unavailable):
            raise
        except _LostLetter:
            return False
        except Exception as error:
            # A letter that cannot be made must not hold up the others. The words of an error may
            # hold what the letter says, so the log has them only for errors of templates.
            words = str(error) if isinstance(error, TemplateError) else type(error).__name__
            _LOG.error("the letter %s (%s) failed: %s", letter.id, letter.kind, words)
            fate: Fate = "uncertain" if self._has_handed else "postponed"
            result = SendResult(fate, "fault")
        self._settle(letter.id, result)
        return self._has_handed

    def _try_letter(self, letter: AddressedLetter) -> SendResult:
        now = self._clock()
        try:
            content = self._read_content(letter, now)
        except UnreadableAddress:
            return SendResult("refused", "other_key")
        if content is None:
            return SendResult("failed", "outdated")
        try:
            recipient = self._composer.recipient(content.name, content.email)
        except InvalidAddress:
            return SendResult("refused", "bad_address")
        if self._slow_domains.has(recipient.addr_spec):
            return SendResult("postponed", "domain_slow")
        message = self._composer.compose(letter.key, recipient, content, now)
        if self._server is None:
            return self._write(letter.id, message)
        return self._transmit(letter.id, recipient.addr_spec, message)

    def _read_content(self, letter: AddressedLetter, now: datetime) -> LetterContent | None:
        with self._database.reading() as tx:
            match letter.recipient:
                case AddressedReader() as reader:
                    return self._reader_contents.read(tx, letter, reader, now)
                case account if letter.kind == "trial":
                    return self._reader_contents.read_trial(tx, letter, account, now)
                case account:
                    args = (self._settings, self._key, self._lang_codes, now)
                    return read_account_content(tx, letter, account, *args)

    def _write(self, letter: UUID, message: bytes) -> SendResult:
        self._hand_over(letter)
        try:
            folder.write_letter(self._settings.outbox, letter, message)
        except OSError as error:  # as on a full disk: there is no such file then
            self._rest(f"folder: {error.strerror}")
            return SendResult("postponed", "folder_unwritable")
        return SendResult("sent")

    def _transmit(self, letter: UUID, address: str, message: bytes) -> SendResult:
        connection = self._connect()
        sender = self._return_address(letter)
        result = connection.send(sender, address, message, lambda: self._hand_over(letter))
        if result.fate == "sent":
            self._failures = 0
            self._slow_domains.forgive()
            if self._outage.is_on:
                self._outage.end()
        elif not connection.is_usable and not self._slow_domains.blame(address, result.problem):
            self._rest(result.problem or "server_unreachable")
        return result

    def _return_address(self, letter: UUID) -> str:
        """Where the letter comes back to if it cannot be delivered; it names the letter."""
        if (mailbox := self._settings.bounce_mailbox) is None:
            return self._settings.mail_sender.addr_spec
        return f"{mailbox.username}+{return_tag(self._key(), letter)}@{mailbox.domain}"

    def _connect(self) -> MailConnection:
        if self._connection is None or not self._connection.is_usable:
            if self._server is None:
                raise MailTrouble("server_unset")
            own_name = self._settings.mail_sender.domain
            self._connection = MailConnection(self._server, own_name, self._limits)
            self._connection.open()
        return self._connection

    def _disconnect(self) -> None:
        if (connection := self._connection) is not None:
            self._connection = None
            connection.quit()

    def _hand_over(self, letter: UUID) -> None:
        # If the commit itself fails, nobody knows whether it happened; nothing has gone yet.
        self._unsettled = letter, SendResult("postponed", "store_away")
        with self._database.writing() as tx:
            is_ours = queue.hand_over(tx, letter, self._lease.holder)
        self._unsettled = None
        if not is_ours:
            raise _LostLetter
        self._has_handed = True

    def _settle(self, letter: UUID, result: SendResult) -> None:
        """Record a result; the next step does it if the store is away now."""
        self._unsettled = letter, result
        with self._database.writing() as tx:
            now = self._clock()
            queue.settle(tx, letter, self._lease.holder, result, now)
            if result.fate == "refused":
                bounces.record_refusal(tx, letter, result.problem, now)
        self._unsettled = None
        if result.fate in ("refused", "uncertain"):
            _LOG.warning("the letter %s is %s: %s", letter, result.fate, result.problem)

    def _rest(self, code: str) -> None:
        """Leave the server alone for a while."""
        self._connection = None
        wait = min(_LONGEST_REST, _FIRST_REST * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._resting_until = monotonic() + wait
        message = "no letter can go now; `willay doctor` says more"
        self._outage.begin(Unavailable("letters_wait", message, cause=f"{message}: {code}"))

    def _tidy(self) -> None:
        """Forget old letters, and remove the files of those that are forgotten."""
        if self._tidied and monotonic() - self._tidied < _TIDY_SECONDS:
            return
        self._tidied = monotonic()
        with self._database.writing() as tx:
            queue.forget_old(tx, self._clock())
        if self._settings.outbox.is_dir():
            with self._database.reading() as read:
                known = queue.known_letters(read)
            folder.remove_letters(self._settings.outbox, known)
