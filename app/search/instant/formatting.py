"""`_formatted`: a hit's attributes as text, with matches between the client's own tags.

For `__ais-highlight__`, which InstantSearch escapes itself, the text is unescaped. For any other
tag it is escaped HTML, and the tag is a plain element or no element at all.
"""

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from app.errors import BadRequest
from app.search.protocol import HitHighlights

_PLACEHOLDERS: Final = ("__ais-highlight__", "__/ais-highlight__")
_OPENING: Final = re.compile(
    r"<(?P<name>em|strong|mark|b|i|u|span)(?: class=(?P<q>[\"'])[\w -]{0,60}(?P=q))?>",
    re.ASCII | re.IGNORECASE,
)
_CLOSING: Final = re.compile(r"</(?P<name>[a-z]+)>", re.ASCII | re.IGNORECASE)
_BARE: Final = re.compile(r"[^<>&\"'`]{0,50}")
_MARKS: Final = re.compile("(</?mark>)")
_CUT: Final = "…"

MARKED: Final = ("title", "summary", "body")
"""The attributes in which matches are shown; of a body only a passage is shown."""


@dataclass(frozen=True, slots=True)
class HighlightTags:
    """The text before and after a match, and whether the text around it is HTML."""

    before: str
    after: str
    escaped: bool

    @classmethod
    def of(cls, before: str, after: str) -> Self:
        """The tags; raises `BadRequest` for tags that could do harm where they are displayed."""
        if (before, after) == _PLACEHOLDERS:
            return cls(before, after, escaped=False)
        opening, closing = _OPENING.fullmatch(before), _CLOSING.fullmatch(after)
        if opening and closing and opening["name"].lower() == closing["name"].lower():
            return cls(before, after, escaped=True)
        for name, tag in (("pre", before), ("post", after)):
            if not _BARE.fullmatch(tag):
                raise BadRequest(
                    f"invalid_search_highlight_{name}_tag",
                    f"`highlight{name.title()}Tag` is an element such as `<em>`, with its end in "
                    "the other, or text without brackets and quotes.",
                )
        return cls(before, after, escaped=True)

    def plain(self, text: str) -> str:
        """Text without matches."""
        return html.escape(text) if self.escaped else text

    def replace_marks(self, safe: str) -> str:
        """Safe HTML, in which `<mark>` is the only element, with these tags in its place."""
        tags = {"<mark>": self.before, "</mark>": self.after}
        parts = _MARKS.split(safe)
        return "".join(
            tags[part] if part in tags else self.plain(html.unescape(part)) for part in parts
        )


@dataclass(frozen=True, slots=True)
class Formatting:
    """The attributes to format, and those in which matches are marked."""

    attributes: frozenset[str] | None
    """None means all."""
    marked: frozenset[str]
    is_cropped: bool
    """Whether a passage of the body is requested, marked or not."""
    tags: HighlightTags
    cut: str = _CUT

    @property
    def is_found(self) -> bool:
        """Whether it needs the engine's highlights."""
        return self.is_cropped or not self.marked.isdisjoint(MARKED)

    def __call__(
        self, hit: Mapping[str, object], highlights: HitHighlights | None
    ) -> dict[str, object]:
        """The hit's attributes as text."""
        ready = highlights or HitHighlights()
        members = {
            name: self._format_value(value)
            for name, value in hit.items()
            if self.attributes is None or name in self.attributes
        }
        for name in ("title", "summary"):
            if name in self.marked and name in members and (text := getattr(ready, name)):
                members[name] = self.tags.replace_marks(text)
        if self.is_cropped or "body" in self.marked:
            tags = self.tags if "body" in self.marked else replace(self.tags, before="", after="")
            members["body"] = self._crop_passage(tags.replace_marks(ready.body))
        return members

    def _format_value(self, value: object) -> object:
        match value:
            case None | bool():
                return value
            case list() | tuple():
                return [self._format_value(item) for item in value]
            case _:
                return self.tags.plain(str(value))

    def _crop_passage(self, text: str) -> str:
        start = self.cut if text.startswith(_CUT) else ""
        end = self.cut if text.endswith(_CUT) and len(text) > 1 else ""
        return f"{start}{text.strip(_CUT)}{end}"


def expand_names(listed_names: Collection[str], every: Collection[str]) -> frozenset[str]:
    """Names as clients list them: `*` means all; the part after a colon is a length."""
    names = {name.partition(":")[0] for name in listed_names}
    return frozenset(every if "*" in names else names & set(every))
