"""What can go wrong, in our own words: a stable code and a sentence that says what to do.

No error knows a status; `http/problems.py` is the one table that maps these classes to statuses.
"""

from dataclasses import dataclass, field
from uuid import UUID

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: where (a JSON pointer or a query parameter), what, what to do."""

    code: str
    message: str
    pointer: str | None = None
    parameter: str | None = None


@dataclass
class WillayError(Exception):
    """The root of every error that a caller can cause or must hear of."""

    code: str
    message: str
    details: tuple[Detail, ...] = field(default=())

    @override
    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class Invalid(WillayError):
    """What was sent breaks a rule of the content."""


class BadRequest(WillayError):
    """The request itself is malformed: parameters, cursor, encoding."""


class NotFound(WillayError):
    """There is nothing, or nothing that this caller may know of."""


@dataclass
class Gone(WillayError):
    """It was public and is not any more; `reason` is one of the log's causes, `at` when."""

    reason: str = ""
    at: str = ""

    __str__ = WillayError.__str__


@dataclass
class Moved(WillayError):
    """It answers under another slug now."""

    slug: str = ""

    __str__ = WillayError.__str__


class Conflict(WillayError):
    """It contradicts what is there already."""


@dataclass(frozen=True, slots=True)
class ScheduledRelease:
    """A text that is to become public: of which article, which, and when."""

    id: UUID
    lang: str
    revision: int
    slug: str
    visible_from: str
    visible_until: str | None


@dataclass
class WouldCancel(Conflict):
    """It would cancel what is scheduled, and did not say that it is to."""

    releases: tuple[ScheduledRelease, ...] = ()

    __str__ = WillayError.__str__


@dataclass
class Stale(WillayError):
    """Somebody changed it first: which revision it is now, who made that and when."""

    current_revision: int | None = None
    changed_by: str | None = None
    changed_at: str | None = None

    __str__ = WillayError.__str__


class Unconditional(WillayError):
    """The request must say which revision it changes."""


class TooLarge(WillayError):
    """More was sent than is taken."""


class TooSlow(WillayError):
    """What is sent does not come in."""


class Unsupported(WillayError):
    """What was sent is of a kind that is not taken."""


class Unauthenticated(WillayError):
    """Nobody is logged in, or what was shown proves nothing."""


class Forbidden(WillayError):
    """The caller is known and may not."""


class NotOffered(WillayError):
    """What a protocol lets be asked for and is not to be had here."""


@dataclass
class Unavailable(WillayError):
    """Not now: the store is locked, away, or overloaded. Trying again is right.

    `cause` is what the operator must hear and readers may not: names of hosts, users, folders.
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
    """Too many attempts; `retry_after` whole seconds from now another one is looked at."""

    retry_after: int = 1

    __str__ = WillayError.__str__
