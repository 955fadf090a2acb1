"""Tags of HTML as they are written, read in linear time: to bound a parser's work, and to report
what a sanitiser left out. Never to decide what is safe."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin, urlsplit

# Possessive and never failing once begun, so that no text is read more than twice.
_MARKUP = (
    r"(?:!--(?P<comment>.*?)(?:--!?>|\Z)"
    r"|(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?>[^>\"']++|\"[^\"]*+\"|'[^']*+'|[\"'])*+)>?)"
)
MARKUP = re.compile("<" + _MARKUP, re.DOTALL)
MARKUP_BUT_BARE_TAGS = re.compile("<(?!/?[a-zA-Z][a-zA-Z0-9]*+>)" + _MARKUP, re.DOTALL)
"""The same without the tags that are a name alone, which most are."""
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'>/=]++)(?:\s*+=\s*+(?:\"(?P<two>[^\"]*+)\"|'(?P<one>[^']*+)'"
    r"|(?P<bare>[^\s\"'>]++)))?"
)
_RAW = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in ("script", "style")}


def split_names(text: str) -> frozenset[str]:
    """The names in a text, separated by blanks."""
    return frozenset(text.split())


VOID: Final = split_names("area base br col embed hr img input link meta param source track wbr")
# Their end tag may be left out: inside one container they do not add up.
_CLOSED_BY_THE_NEXT: Final = split_names(
    "p li dd dt td th tr thead tbody tfoot caption colgroup option optgroup rp rt"
)
# A parser opens these again in every paragraph until they are closed.
_REOPENED: Final = split_names("a b big code em font i nobr s small strike strong tt u")

_WORK_AT_MOST: Final = 5_000_000
_REOPENED_AT_MOST: Final = 500_000
_ATTRIBUTES_AT_MOST: Final = 100
"""The limit for one tag. A parser compares each attribute with all before it."""


@dataclass(frozen=True, slots=True)
class MarkupTag:
    """A start tag (or, without a name, a comment) as it is written."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str


def iter_tags(source: str) -> Iterator[MarkupTag]:
    """Start tags and comments in order; the content of scripts and styles is skipped."""
    place = 0
    while (match := MARKUP.search(source, place)) is not None:
        place = match.end()
        if match["name"] is None:
            yield MarkupTag("", (), match[0])
        elif not match["end"]:
            name = match["name"].lower()
            rest = match["rest"]
            yield MarkupTag(name, tuple(_attributes(rest)) if rest else (), match[0])
            if (raw := _RAW.get(name)) is not None:
                close = raw.search(source, place)
                place = close.start() if close else len(source)


def is_tangled(source: str) -> bool:
    """Whether a parser would need time or memory out of proportion to its input.

    HTML parsers walk the open elements at many tags, and reopen unclosed formatting in each
    paragraph: `<div>` 150,000 times took 79 s. The measure is never less than the parser's work: an
    end tag that does not close the innermost element counts as closing nothing.
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
    """Markup that a sanitiser left out: its name, its first appearance, and its number."""

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
    """The elements, attributes and comments of `before` that are missing in `after`, in order.

    If all elements of a name are missing, their attributes are not listed one by one. `moved` are
    parts of `before` that continue in another form, `added` the parts of `after` that they became.
    """
    written, left = list(iter_tags(before)), list(iter_tags(after))
    lost = Counter(key for tag in written for key in _parts(tag))
    lost.subtract(key for tag in left for key in _parts(tag))
    lost.update(added)
    lost.subtract(moved)
    if not any(number > 0 for number in lost.values()):
        return []
    standing = {tag.name for tag in left}
    losses: dict[str, RemovedMarkup] = {}
    # An element that lost more is more likely the missing one than its unharmed namesake.
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
    """The parts of a tag that can be lost: itself first, then each attribute with its value."""
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
    """Sanitised HTML with absolute addresses, for display elsewhere than at `base`: relative
    references, its own footnotes too, lead there."""

    def resolve_match(match: re.Match[str]) -> str:
        address = html.unescape(match[2])
        try:
            if urlsplit(address).scheme:
                return match[0]
            address = urljoin(base, address)
        except ValueError:  # not a valid address
            return match[0]
        return f' {match[1]}="{html.escape(address)}"'

    return _SANITISED_TAG.sub(lambda tag: _REFERENCE.sub(resolve_match, tag[0]), sanitised)
