"""The parts of a saved page: lines and blocks as input, records and their ledger as output.

It knows no kind of page; `listing_parser` holds those rules. Standard library only.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

PageKind = Literal["home", "listing", "about"]
PersonKind = Literal["sponsor", "founding", "member"]
Group = Literal["officers", "committee", "staff"]

BULLET = "•"
REDACTED = "[redacted]"
WITHHELD = "[contact details withheld]"

_SHORT = 80
_SLUG = 200
"""The most letters of a slug; with its prefix it stays below the 300 of an external id."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)

_GAP = r"(?:[ ()/\-\u2010-\u2015]{1,3}|\.)?"
_NUMBER = re.compile(rf"\+?\(?\d(?:{_GAP}\d){{6,}}")
_LABELLED = re.compile(
    rf"\b(?:tel|telephone|phone|fax|mobile)\b[.:]?\s*\+?\(?\d(?:{_GAP}\d){{4,}}", re.I
)
_AMOUNT = re.compile(r"[1-9]\d?(?: \d{3})+")
_EMAIL = re.compile(r"[^\s<>()\[\],;:]{1,64}(?:@| ?[(\[]at[)\]] ?)[^\s<>()\[\],;:]+", re.I)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_NUMERIC_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}|\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Story:
    """A news item, dated or not, or a standing page.

    `external_id` is "2006-05-31/title", "undated/title" or "page/name". `text` is the summary of
    an article or the Markdown body of a page: paragraphs divided by a blank line, a soft line
    break joined by a space.
    """

    external_id: str
    kind: Literal["article", "page"]
    title: str
    text: str
    date: date | None
    is_excerpt: bool
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A sponsor ("sponsor/name") or someone of the committee ("member/name").

    `role` and `group` are empty for sponsors; `position` counts from 1 within kind and group.
    """

    external_id: str
    name: str
    kind: PersonKind
    role: str
    group: Group | None
    affiliation: str
    position: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SkippedLines:
    """Lines that became no record: skipped on purpose or `refused`; `text` is short, redacted."""

    lines: tuple[int, ...]
    text: str
    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class ListingPage:
    """The content of a page. Each `nonblank` line is in a record, skipped or refused, only once."""

    kind: PageKind
    stories: tuple[Story, ...]
    people: tuple[ListedPerson, ...]
    passed: tuple[SkippedLines, ...]
    nonblank: int

    def accounted_lines(self) -> frozenset[int]:
        """The numbers of all lines that have an outcome, from 1; as many as `nonblank`."""
        records = [
            *(story.lines for story in self.stories),
            *(person.lines for person in self.people),
        ]
        return frozenset().union(*records, *(entry.lines for entry in self.passed))


@dataclass(frozen=True, slots=True)
class PageLine:
    """A non-blank line; `text` is without bullet, indent and unusual white space."""

    number: int
    indent: int
    bullet: bool
    text: str

    @property
    def key(self) -> str:
        """The text by which a heading is recognised: "Founding Sponsor:" is "founding sponsor"."""
        return self.text.casefold().rstrip(": ")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a bullet with its continuation lines; never empty."""

    lines: tuple[PageLine, ...]

    @property
    def text(self) -> str:
        """The text in one line."""
        return " ".join(line.text for line in self.lines).strip()

    @property
    def first(self) -> PageLine:
        """The line that determines what the block is."""
        return self.lines[0]

    @property
    def key(self) -> str:
        """The key of a possible heading; empty for bullets and for paragraphs of several lines."""
        return "" if self.first.bullet or len(self.lines) > 1 else self.first.key


def read_blocks(text: str, alone: Collection[str]) -> list[Block]:
    """The blocks of a text. A date, and a line whose key is in `alone`, is always its own block."""
    blocks: list[list[PageLine]] = []
    joins = False
    for line in _lines(text):
        if line is None:
            joins = False
            continue
        apart = not line.bullet and (line.key in alone or looks_like_date(line.text))
        if joins and not line.bullet and not apart:
            blocks[-1].append(line)
        else:
            blocks.append([line])
        joins = not apart
    return [Block(tuple(lines)) for lines in blocks]


def _lines(text: str) -> Iterator[PageLine | None]:
    """The lines, None for a blank one; `splitlines` would count more lines than editors show."""
    normalised = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, raw in enumerate(normalised.split("\n"), start=1):
        bare = raw.strip()
        indent = len(raw[: len(raw) - len(raw.lstrip())].expandtabs(4))
        bullet = bare.startswith(BULLET)
        yield PageLine(number, indent, bullet, _clean(bare.removeprefix(BULLET))) if bare else None


def _clean(text: str) -> str:
    """Each run of white space other than plain spaces becomes one space."""
    return re.sub(r"\s+", lambda run: run[0] if not run[0].strip(" ") else " ", text).strip()


def looks_like_date(text: str) -> bool:
    """Whether the text has the shape "31 May 2006", even if no such day exists."""
    parts = text.split()
    if len(parts) != 3 or not text.isascii():
        return False
    day, _, year = parts
    return day.isdecimal() and len(day) <= 2 and year.isdecimal() and len(year) == 4


def day_of(text: str) -> date | None:
    """The day that "31 May 2006" names, if the calendar has it."""
    day, month, year = text.split()
    try:
        return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def redact(text: str) -> str:
    """The text without telephone numbers, e-mail addresses and British postcodes."""
    for pattern in (_EMAIL, _POSTCODE, _LABELLED):
        text = pattern.sub(REDACTED, text)
    return _NUMBER.sub(_hide_number, text)


def _hide_number(match: re.Match[str]) -> str:
    """Redact a number unless it is years, a round range ("3000-4000"), an amount or a date."""
    groups = re.findall(r"\d+", match[0])
    if all(len(g) == 4 and (g[:2] in ("18", "19", "20") or g[2:] == "00") for g in groups):
        return match[0]
    harmless = _NUMERIC_DATE.fullmatch(match[0]) or _AMOUNT.fullmatch(match[0])
    return match[0] if harmless else REDACTED


def slug(text: str) -> str:
    """A stable ASCII slug; of a text without a Latin letter, the code points of its start."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    # Folding can join separate digits, so its result is redacted once more.
    words = re.findall(r"[a-z0-9]+", redact(folded.replace("'", "")).casefold())
    slug_text = "-".join(words)
    if len(slug_text) > _SLUG:
        slug_text = slug_text[:_SLUG].rpartition("-")[0] or slug_text[:_SLUG]
    return slug_text or "-".join(f"{ord(letter):x}" for letter in text[:12])


def numbers(blocks: Sequence[Block]) -> tuple[int, ...]:
    """The line numbers of blocks."""
    return tuple(line.number for block in blocks for line in block.lines)


def markdown(blocks: Sequence[Block]) -> str:
    """Paragraphs and lists; blocks indented deeper than a list's bullets continue the list."""
    parts: list[str] = []
    base: int | None = None
    for block in blocks:
        deeper = "  " if base is not None and block.first.indent > base else ""
        if not block.text:
            continue
        if block.first.bullet:
            parts += ["\n\n" if base is None else "\n", f"{deeper}- {block.text}"]
            base = block.first.indent if base is None else base
        else:
            parts += ["\n\n", deeper + block.text]
            base = base if deeper else None
    return "".join(parts[1:])


@dataclass(slots=True)
class Ledger:
    """Collects outcomes while a page is read, and redacts everything."""

    stories: list[Story] = field(default_factory=list)
    people: list[ListedPerson] = field(default_factory=list)
    passed: list[SkippedLines] = field(default_factory=list)
    _count: Counter[tuple[PersonKind, Group | None]] = field(default_factory=Counter)

    def article(self, day: date | None, title: str, text: str, lines: tuple[int, ...]) -> None:
        title, text = redact(title), redact(text)
        identity = f"{day.isoformat() if day else 'undated'}/{slug(title)}"
        excerpt = text.endswith(("...", "…"))
        self.stories.append(Story(identity, "article", title, text, day, excerpt, lines))

    def page(self, name: str, title: str, text: str, lines: tuple[int, ...]) -> None:
        identity = f"page/{name}"
        self.stories.append(
            Story(identity, "page", redact(title), redact(text), None, False, lines)
        )

    def person(
        self,
        kind: PersonKind,
        name: str,
        block: Block,
        role: str = "",
        group: Group | None = None,
        affiliation: str = "",
    ) -> None:
        """Someone named in a block."""
        name, lines = redact(name), numbers([block])
        identity = f"{'member' if kind == 'member' else 'sponsor'}/{slug(name)}"
        self._count[kind, group] += 1
        position = self._count[kind, group]
        self.people.append(
            ListedPerson(
                identity, name, kind, redact(role), group, redact(affiliation), position, lines
            )
        )

    def skip(self, blocks: Sequence[Block], reason: str, private: bool = False) -> None:
        """Blocks for visitors of the page only; one entry each."""
        for block in blocks:
            self._note_lines([block], reason, private, is_refusal=False)

    def refuse(self, blocks: Sequence[Block], reason: str, private: bool = False) -> None:
        """Blocks that belong together and have no known meaning; one entry for all."""
        self._note_lines(blocks, reason, private, is_refusal=True)

    def _note_lines(
        self, blocks: Sequence[Block], reason: str, private: bool, is_refusal: bool
    ) -> None:
        # Redacted before it is cut, because half a telephone number is not recognised.
        text = WITHHELD if private else redact(" ".join(block.text for block in blocks).strip())
        short = text if len(text) <= _SHORT else text[: _SHORT - 1].rstrip() + "…"
        if blocks:
            self.passed.append(SkippedLines(numbers(blocks), short, reason, is_refusal))

    def close(self, kind: PageKind, blocks: Sequence[Block]) -> ListingPage:
        """The page whose blocks have all been read."""
        passed = sorted(self.passed, key=lambda entry: entry.lines)
        lines = len(numbers(blocks))
        return ListingPage(kind, tuple(self.stories), tuple(self.people), tuple(passed), lines)
