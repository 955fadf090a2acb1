"""Tags of HTML as they are written, in linear time: to bound a parser's work, and to tell what
a sanitiser left out. Never to decide what is safe.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

# Possessive throughout and never failing once begun, so that no text is read more than twice.
MARKUP = re.compile(
    r"<!--(?P<comment>.*?)(?:--!?>|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?>[^>\"']++|\"[^\"]*+\"|'[^']*+'|[\"'])*+)>?",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'>/=]++)(?:\s*+=\s*+(?:\"(?P<two>[^\"]*+)\"|'(?P<one>[^']*+)'"
    r"|(?P<bare>[^\s\"'>]++)))?"
)
_RAW = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style")}


def split_names(text: str) -> frozenset[str]:
    """Names that are written one after another."""
    return frozenset(text.split())


VOID: Final = split_names("area base br col embed hr img input link meta param source track wbr")
# Their end may be left out: inside one container they do not add up.
_CLOSED_BY_THE_NEXT: Final = split_names(
    "p li dd dt td th tr thead tbody tfoot caption colgroup option optgroup rp rt"
)
# A parser opens these again in every paragraph until they are closed.
_REOPENED: Final = split_names("a b big code em font i nobr s small strike strong tt u")

_WORK_AT_MOST: Final = 5_000_000
_REOPENED_AT_MOST: Final = 500_000
_ATTRIBUTES_AT_MOST: Final = 100
"""Of one tag. A parser compares each with all before it."""


@dataclass(frozen=True, slots=True)
class MarkupTag:
    """A start tag (or, without a name, a comment) as it is written."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str


def iter_tags(source: str) -> Iterator[MarkupTag]:
    """Start tags and comments in order; what scripts and styles hold is passed over."""
    place = 0
    while (match := MARKUP.search(source, place)) is not None:
        place = match.end()
        if match["name"] is None:
            yield MarkupTag("", (), match[0])
        elif not match["end"]:
            name = match["name"].lower()
            yield MarkupTag(name, tuple(_attributes(match["rest"])), match[0])
            if (raw := _RAW.get(name)) is not None:
                close = raw.search(source, place)
                place = close.start() if close else len(source)


def is_tangled(source: str) -> bool:
    """A parser would need time or memory out of proportion to what it is given.

    HTML parsers walk the open elements at many a tag, and open unclosed formatting again in each
    paragraph: `<div>` 150,000 times took 79 s. What is measured is never less than what they do:
    an end tag that does not close the innermost element is taken to close nothing.
    """
    open_elements: list[str] = []
    work = reopened = formatting = 0
    for match in MARKUP.finditer(source):
        name = (match["name"] or "").lower()
        if not name:
            continue
        work += len(open_elements)
        reopened += formatting
        if work > _WORK_AT_MOST or reopened > _REOPENED_AT_MOST:
            return True
        if match["end"]:
            if open_elements and open_elements[-1] == name:
                formatting -= open_elements.pop() in _REOPENED
            continue
        if match["rest"].count("=") + match["rest"].count(" ") > _ATTRIBUTES_AT_MOST and (
            sum(1 for _ in _ATTRIBUTE.finditer(match["rest"])) > _ATTRIBUTES_AT_MOST
        ):
            return True
        if name not in VOID and name not in _CLOSED_BY_THE_NEXT:
            open_elements.append(name)
            formatting += name in _REOPENED
    return False


def _attributes(rest: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(rest):
        value = match["two"] or match["one"] or match["bare"] or ""
        yield match["name"].lower(), html.unescape(value)


@dataclass(frozen=True, slots=True)
class RemovedMarkup:
    """What a sanitiser left out: `what` it was, as it was first written, how many of them."""

    what: str
    excerpt: str
    count: int


_EXCERPT: Final = 80
_KINDS_AT_MOST: Final = 50


Key = tuple[str, ...]
"""A part of a tag: its name, or its name with an attribute and its value."""


def diff_markup(
    before: str, after: str, moved: Iterable[Key] = (), added: Iterable[Key] = ()
) -> list[RemovedMarkup]:
    """The elements, attributes and comments of `before` that `after` has no more, in order.

    Of an element none of which is left the attributes are not told one by one. `moved` are parts
    of `before` that live on in another way, `added` the parts of `after` that they became.
    """
    written, left = list(iter_tags(before)), list(iter_tags(after))
    lost = Counter(key for tag in written for key in _parts(tag))
    lost.subtract(key for tag in left for key in _parts(tag))
    lost.update(added)
    lost.subtract(moved)
    standing = {tag.name for tag in left}
    losses: dict[str, RemovedMarkup] = {}
    # An element that lost something more likely is the lost one than its unharmed namesake.
    for tag in sorted(written, key=lambda tag: not any(lost[key] > 0 for key in _parts(tag)[1:])):
        for key in _parts(tag):
            if lost[key] > 0 and (len(key) == 1 or tag.name in standing):
                lost[key] -= 1
                what = _part_name(key)
                text = tag.text if len(key) == 1 else f'{key[1]}="{key[2]}"'
                loss = losses.get(what, RemovedMarkup(what, _shorten(text), 0))
                losses[what] = replace(loss, count=loss.count + 1)
    kinds = list(losses.values())
    if len(kinds) > _KINDS_AT_MOST:
        rest = kinds[_KINDS_AT_MOST:]
        kinds[_KINDS_AT_MOST:] = [RemovedMarkup("and more", "", sum(loss.count for loss in rest))]
    return kinds


def _parts(tag: MarkupTag) -> list[Key]:
    """What can be lost of a tag: itself first, then each attribute with its value."""
    return [(tag.name,), *(key_of(tag.name, *pair) for pair in tag.attributes)]


def key_of(tag: str, attribute: str, value: str) -> Key:
    """An attribute of a tag, as `diff_markup` names it."""
    plain = re.sub(r"\s|;$", "", value) if attribute == "style" else value.strip()
    return tag, attribute, plain


def _part_name(key: tuple[str, ...]) -> str:
    if not key[0]:
        return "comment"
    return f"<{key[0][:40]}>" if len(key) == 1 else f"{key[1][:40]} of <{key[0][:40]}>"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1]}…"


_SANITISED_TAG: Final = re.compile(r"<[a-z][^>]*>")
_REFERENCE: Final = re.compile(r' (href|src)="([^"]*)"')


def resolve_urls(sanitised: str, base: str) -> str:
    """Sanitised HTML for whoever shows it elsewhere than at `base`: what it refers to relatively,
    its own footnotes too, leads to there."""

    def resolve_match(match: re.Match[str]) -> str:
        address = html.unescape(match[2])
        try:
            if urlsplit(address).scheme:
                return match[0]
            address = urljoin(base, address)
        except ValueError:  # no address at all
            return match[0]
        return f' {match[1]}="{html.escape(address)}"'

    return _SANITISED_TAG.sub(lambda tag: _REFERENCE.sub(resolve_match, tag[0]), sanitised)
