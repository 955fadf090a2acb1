"""What editors asked for, kept without any interval arithmetic: the truth that the store must show.

Per article a list of wishes. What is visible at an instant is the newest wish that has begun by
then, unless its own end has come. Nothing here knows `visible_until`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kit.clock import TICK


@dataclass(frozen=True, slots=True)
class Wish:
    """One publication as it was asked for; `ended` is when and why it was taken away by hand."""

    start: datetime
    expires: datetime | None
    title: str
    lang: str
    slug: str
    tags: tuple[str, ...]
    ended: tuple[datetime, str] | None = None

    def holds(self, at: datetime) -> bool:
        """It has not come to an end of its own at `at`."""
        return (self.expires is None or at < self.expires) and (
            self.ended is None or at < self.ended[0]
        )


@dataclass
class Oracle:
    """Every wish, tag name and group of translations."""

    wishes: dict[UUID, list[Wish]] = field(default_factory=dict)
    groups: dict[UUID, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    slugs: dict[str, UUID] = field(default_factory=dict)

    def publish(self, key: UUID, wish: Wish) -> None:
        """What was to begin at or after it is cancelled."""
        kept = [other for other in self.wishes[key] if other.start < wish.start]
        self.wishes[key] = [*kept, wish]

    def correct(self, key: UUID, start: datetime, title: str) -> None:
        """What is visible at `start` says something else from then on; what is to come stays."""
        shown = self.current(key, start)
        assert shown is not None
        before = [wish for wish in self.wishes[key] if wish.start < start]
        after = [wish for wish in self.wishes[key] if wish.start > start]
        self.wishes[key] = [*before, replace(shown, start=start, title=title), *after]

    def cancel(self, key: UUID, at: datetime) -> None:
        """What was to begin after `at` never was."""
        self.wishes[key] = [wish for wish in self.wishes[key] if wish.start <= at]

    def cancel_one(self, key: UUID, start: datetime) -> None:
        """What was to begin at `start` never was."""
        self.wishes[key] = [wish for wish in self.wishes[key] if wish.start != start]

    def move(self, key: UUID, old: datetime, start: datetime, expires: datetime | None) -> None:
        """What was to begin at `old` begins and ends at other times."""
        self.wishes[key] = [
            replace(wish, start=start, expires=expires) if wish.start == old else wish
            for wish in self.wishes[key]
        ]

    def passes(self, key: UUID, old: datetime, start: datetime) -> bool:
        """Something else is to begin between the two times, or at the new one."""
        between = (min(old, start), max(old, start))
        return any(
            wish.start != old and between[0] <= wish.start <= between[1]
            for wish in self.wishes[key]
        )

    def withdraw(self, key: UUID, at: datetime, cause: str) -> None:
        """What is visible at `at` ends there; what was to come never was."""
        begun = [wish for wish in self.wishes[key] if wish.start < at]
        if begun and begun[-1].holds(at):
            begun[-1] = replace(begun[-1], ended=(at, cause))
        self.wishes[key] = begun

    def record_past(self, key: UUID, at: datetime, cause: str, like: Wish) -> None:
        """It was public elsewhere and is not any more; unless it is public here, a tick was."""
        public = self.current(key, at - TICK) is not None and self.current(key, at) is not None
        self.withdraw(key, at, cause)
        if not public:
            begun = [wish for wish in self.wishes[key] if wish.start < at - TICK]
            self.wishes[key] = [*begun, replace(like, start=at - TICK, ended=(at, cause))]

    def link(self, one: UUID, other: UUID) -> None:
        """Both groups become one."""
        old, new = self.groups[one], self.groups[other]
        self.groups = {key: new if group == old else group for key, group in self.groups.items()}

    def current(self, key: UUID, at: datetime) -> Wish | None:
        """What is visible of an article."""
        begun = [wish for wish in self.wishes[key] if wish.start <= at]
        return begun[-1] if begun and begun[-1].holds(at) else None

    def was_public(self, key: UUID, at: datetime) -> bool:
        """It is public, or has been."""
        return any(wish.start <= at for wish in self.wishes[key])

    def pending(self, key: UUID, at: datetime) -> bool:
        """Something is to come."""
        return any(wish.start > at for wish in self.wishes[key])

    def shown(self, at: datetime) -> dict[UUID, dict[str, Any]]:
        """The public items, as far as they can change."""
        visible = {key: wish for key in self.wishes if (wish := self.current(key, at)) is not None}
        return {
            key: {
                "title": wish.title,
                "lang": wish.lang,
                "slug": wish.slug,
                "tags": [self.names[tag] for tag in wish.tags],
                "translations": sorted(
                    (other.lang, other.slug, other.title)
                    for its_key, other in visible.items()
                    if its_key != key and self.groups[its_key] == self.groups[key]
                ),
            }
            for key, wish in visible.items()
        }

    def answer(self, slug: str, at: datetime) -> tuple[str, str | None]:
        """What the address answers: `found`, `moved` to a slug, `gone` for a reason, `never`."""
        key = self.slugs.get(slug)
        if key is None or not any(w.slug == slug and w.start <= at for w in self.wishes[key]):
            return "never", None
        current = self.current(key, at)
        if current is not None:
            return ("found", None) if current.slug == slug else ("moved", current.slug)
        return "gone", self.reason(key, at)

    def reason(self, key: UUID, at: datetime) -> str:
        """Why what was public is not any more: taken back, it is embargoed if it comes again."""
        last = [wish for wish in self.wishes[key] if wish.start <= at][-1]
        cause = last.ended[1] if last.ended and last.ended[0] <= at else "expired"
        return "embargoed" if cause == "unpublished" and self.pending(key, at) else cause
