"""The error classes: each error has a stable code and a sentence that says what to do.

No error knows a status; only `http/problems.py` maps these classes to statuses.
"""

from dataclasses import dataclass, field
from uuid import UUID

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: its place (a JSON pointer or a query parameter) and what to do."""

    code: str
    message: str
    pointer: str | None = None
    parameter: str | None = None


@dataclass
class WillayError(Exception):
    """The root of every error that a caller can cause or must learn of."""

    code: str
    message: str
    details: tuple[Detail, ...] = field(default=())

    @override
    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class Invalid(WillayError):
    """The content that was sent breaks a rule."""


class BadRequest(WillayError):
    """The request itself is malformed: parameters, cursor, encoding."""


class NotFound(WillayError):
    """Nothing is there, or nothing that this caller may know of."""


@dataclass
class Gone(WillayError):
    """It was public and no longer is; `reason` is one of the log's causes, `at` the time."""

    reason: str = ""
    at: str = ""

    __str__ = WillayError.__str__


@dataclass
class Moved(WillayError):
    """It now answers under another slug."""

    slug: str = ""

    __str__ = WillayError.__str__


class Conflict(WillayError):
    """It contradicts existing data."""


@dataclass(frozen=True, slots=True)
class ScheduledRelease:
    """A text that is scheduled to become public: its article, its revision and its interval."""

    id: UUID
    lang: str
    revision: int
    slug: str
    visible_from: str
    visible_until: str | None


@dataclass
class WouldCancel(Conflict):
    """The request would cancel scheduled releases without saying so."""

    releases: tuple[ScheduledRelease, ...] = ()

    __str__ = WillayError.__str__


@dataclass
class Stale(WillayError):
    """Somebody changed it first: its present revision, who made that and when."""

    current_revision: int | None = None
    changed_by: str | None = None
    changed_at: str | None = None

    __str__ = WillayError.__str__


class Unconditional(WillayError):
    """The request must say which revision it changes."""


class TooLarge(WillayError):
    """The request holds more than the limit."""


class TooSlow(WillayError):
    """The body of the request arrives too slowly."""


class Unsupported(WillayError):
    """The content is of a kind that is not accepted."""


@dataclass
class Unauthenticated(WillayError):
    """Nobody is logged in, or the credential proves nothing; `challenge` says how to log in."""

    challenge: str = "Bearer"

    __str__ = WillayError.__str__


class Forbidden(WillayError):
    """The caller is known and lacks the right."""


class NotOffered(WillayError):
    """The protocol allows this request, but it is not offered here."""


@dataclass
class Unavailable(WillayError):
    """Not now: the store is locked, away or overloaded. The caller should try again.

    `cause` is for the operator alone: it may name hosts, users and folders.
    """

    cause: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.explanation} [{self.code}]"

    @property
    def explanation(self) -> str:
        """The message and, for the operator, the cause."""
        return f"{self.message} ({self.cause})" if self.cause else self.message


@dataclass
class Throttled(WillayError):
    """Too many attempts; the next is accepted after `retry_after` whole seconds."""

    retry_after: int = 1

    __str__ = WillayError.__str__
