"""Pages saved as text from the two web sites of the Peru Support Group, read into records.

Three kinds: a *listing* of the old site ("• Title", date, summary, and four standing items at its
foot), the *about* page with the same foot, and the *home* page of the new site. Every non-blank
line ends in a record, is skipped with a reason, or is refused with a reason. Standard library only.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from app.importers.listing_pages import (
    Block,
    Group,
    Ledger,
    ListedPerson,
    ListingPage,
    PageKind,
    SkippedLines,
    Story,
    day_of,
    looks_like_date,
    markdown,
    numbers,
    read_blocks,
)

__all__ = [
    "ListedPerson",
    "ListingPage",
    "PageKind",
    "SkippedLines",
    "Story",
    "UnknownPage",
    "parse",
]

_LONGEST_TITLE, _LONGEST_NAME, _MOST_NAMES = 300, 80, 8
_NESTED = 4  # spaces before a bullet that belongs to the item above it

_STANDING = {
    "psg aims": "aims",
    "historical overview": "history",
    "human rights": "human-rights",
    "why join the psg?": "why-join",
}
_NAVIGATION = {
    "ver información en castellano": "a link to the page in Spanish",
    **dict.fromkeys(("become a member", "join us", "join now"), "a link to the membership form"),
    **dict.fromkeys(("subscribe", "sign up"), "promotion: the newsletter"),
    **dict.fromkeys(("donate", "donate now"), "a link to the donation form"),
    **dict.fromkeys(("read more", "find out more", "learn more", "back to top"), "navigation"),
}
_LATEST, _FOUNDING = "latest news and analysis", "founding sponsor"
_HOME = {
    "peru support group": "the site's name and motto",
    "news and analysis": "introduction of the home page",
    "facts and key issues": "introduction of the home page",
    "support us": "promotion: an appeal for support",
    "new and archive site": "navigation between the two sites",
    "new and archive site: peru support group": "navigation between the two sites",
    _LATEST: "heading of the latest news",
    "stay up to date": "promotion: the newsletter",
    _FOUNDING: "heading of the founding sponsor",
}
_ABOUT, _WHO, _SPONSORS = "about us", "who we are", "peru support group sponsors"
_ABOUT_PARTS = {
    *("key facts", "the uk connection", "what we do", "history and achievements"),
    *(_WHO, _SPONSORS, _FOUNDING),
}
_ALONE = {*_NAVIGATION, *_HOME, _ABOUT, *_ABOUT_PARTS}

_BINARY = re.compile("[\0\ud800-\udfff]")
# A full stop ends a sentence unless it follows a title or an initial.
_STOP = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bRev)(?<!\bProf)(?<!\b[A-Z])\.(?: +|$)")
_REST = rf"(?P<name>[^,]{{1,{_LONGEST_NAME}}})(?:, (?:an? )?(?P<affiliation>.+))?"
_OFFICE = re.compile(rf"The (?P<role>(?:vice-)?president)(?: of [^,]+?)? is {_REST}", re.I)
_STAFF = re.compile(rf".*\bby the (?P<role>coordinator), {_REST}", re.I)
_POSTS: tuple[tuple[re.Pattern[str], Group], ...] = ((_OFFICE, "officers"), (_STAFF, "staff"))
_MEMBER = re.compile(r"(?P<name>[^,(]+)(?:\((?P<role>[^)]+)\))?(?:, *(?P<affiliation>.+))?")


class UnknownPage(Exception):
    """The text is no page of either site; the message says what was expected."""


def parse(text: str) -> ListingPage:
    """Read one page. Raises only `UnknownPage`, whatever the text is."""
    if _BINARY.search(text) or text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise UnknownPage("Looked for a page saved as text; this is markup or binary data.")
    blocks = read_blocks(text, _ALONE)
    kind = _kind_of(blocks)
    ledger = Ledger()
    for block in (block for block in blocks if block.key in _NAVIGATION):
        ledger.skip([block], _NAVIGATION[block.key])
    content = [block for block in blocks if block.key not in _NAVIGATION]
    {"home": _read_home, "listing": _read_items, "about": _read_about}[kind](content, ledger)
    return ledger.close(kind, blocks)


def _kind_of(blocks: Sequence[Block]) -> PageKind:
    keys = {block.key for block in blocks}
    if blocks and blocks[0].key == _ABOUT and keys & _ABOUT_PARTS:
        return "about"
    if _LATEST in keys:
        return "home"
    followers = zip(blocks, [*blocks, None][1:], strict=True)
    if any(_is_item(block) and (_is_standing(block) or _is_dateline(n)) for block, n in followers):
        return "listing"
    raise UnknownPage(
        "Looked for “Latest News and Analysis” (home), “About us” and “Who we are” (about), and a"
        " bulleted title with a date below it, or “PSG Aims” (listing): none of them is there."
    )


def _is_item(block: Block) -> bool:
    return block.first.bullet and block.first.indent < _NESTED


def _is_standing(block: Block) -> bool:
    return _is_item(block) and block.text.casefold() in _STANDING


def _is_dateline(block: Block | None) -> bool:
    return block is not None and not block.first.bullet and looks_like_date(block.text)


def _read_items(blocks: Sequence[Block], ledger: Ledger) -> None:
    """Items of a listing, or of the foot of the about page."""
    starts = [index for index, block in enumerate(blocks) if _is_item(block)]
    ledger.refuse(blocks[: starts[0]] if starts else blocks, "text before the first item")
    for start, end in zip(starts, [*starts, len(blocks)][1:], strict=True):
        _read_item(blocks[start], blocks[start + 1 : end], ledger)


def _read_item(head: Block, body: Sequence[Block], ledger: Ledger) -> None:
    title, everything = head.text, [head, *body]
    dates = [block for block in body if _is_dateline(block)]
    if body and not dates and _is_standing(head):
        ledger.page(_STANDING[title.casefold()], title, markdown(body), numbers(everything))
    elif trouble := _why_no_article(title, body, dates):
        ledger.refuse(everything, trouble)
    else:
        ledger.article(day_of(dates[0].text), title, markdown(body[1:]), numbers(everything))


def _why_no_article(title: str, body: Sequence[Block], dates: Sequence[Block]) -> str:
    """The reason why an item cannot become an article; empty if it can."""
    checks = (
        (not title or looks_like_date(title), "an item without a title"),
        (len(title) > _LONGEST_TITLE, "an item whose title is too long to be one"),
        (not dates or body[0] != dates[0], "an item with no date line below its title"),
        (len(dates) > 1, "an item with two date lines; a bullet may be missing"),
        (not all(day_of(block.text) for block in dates), "an item whose date does not exist"),
    )
    return next((reason for failed, reason in checks if failed), "")


def _sections(
    blocks: Sequence[Block], headings: Collection[str]
) -> Iterator[tuple[Sequence[Block], Sequence[Block]]]:
    """Pairs of a heading, as a list of one, and its blocks; first the blocks without a heading."""
    starts = [index for index, block in enumerate(blocks) if block.key in headings]
    yield [], blocks[: starts[0]] if starts else blocks
    for start, end in zip(starts, [*starts, len(blocks)][1:], strict=True):
        yield blocks[start : start + 1], blocks[start + 1 : end]


def _read_home(blocks: Sequence[Block], ledger: Ledger) -> None:
    after_latest = False
    for heading, body in _sections(blocks, _HOME):
        key = heading[0].key if heading else ""
        ledger.skip(heading, _HOME.get(key, ""))
        after_latest = after_latest or key == _LATEST
        if key == _LATEST:
            _read_latest(body, ledger)
        elif key == _FOUNDING:
            rest = _read_founding(body, ledger)
            ledger.skip(rest, "contact details, which are not published", private=True)
        elif key and after_latest:
            ledger.skip([block for block in body if _is_prose(block)], _HOME[key])
            _read_sponsors([block for block in body if not _is_prose(block)], ledger)
        elif key:
            ledger.skip(body, _HOME[key])
        else:
            ledger.refuse(body, "text before the first known heading")


def _read_latest(blocks: Sequence[Block], ledger: Ledger) -> None:
    """Titles and summaries in turn. A title before another title and its summary has none."""
    at = 0
    while at < len(blocks):
        title, *after = blocks[at : at + 3]
        if not _is_title(title):
            ledger.refuse([title], "a paragraph without a title")
        elif not after or [_is_title(block) for block in after] == [True, False]:
            ledger.refuse([title], "a title without a summary")
        else:
            ledger.article(None, title.text, after[0].text, numbers([title, after[0]]))
            at += 1
        at += 1


def _is_title(block: Block) -> bool:
    short = len(block.lines) == 1 and len(block.text) <= _LONGEST_TITLE // 2
    return short and not block.first.bullet and not block.text.endswith(".")


def _is_prose(block: Block) -> bool:
    """Whether it is promotion, in the part of the home page with sponsors but no heading."""
    long = len(block.lines) == 1 and len(block.text.split()) > _MOST_NAMES
    return long or block.text.endswith((".", "!", "?"))


def _read_founding(blocks: Sequence[Block], ledger: Ledger) -> Sequence[Block]:
    """The name below the heading; returns the lines after it, each as a block."""
    first, rest = (lines := _single_lines(blocks))[:1], lines[1:]
    if first and _is_name(first[0].text):
        ledger.person("founding", first[0].text, first[0])
    else:
        ledger.refuse(first, "not a name, below “Founding Sponsor”", private=True)
    return rest


def _read_sponsors(blocks: Sequence[Block], ledger: Ledger) -> None:
    for single in _single_lines(blocks):
        if _is_name(single.text):
            ledger.person("sponsor", single.text, single)
        else:
            ledger.refuse([single], "not a name, among the sponsors")


def _single_lines(blocks: Sequence[Block]) -> list[Block]:
    return [Block((line,)) for block in blocks for line in block.lines]


def _is_name(text: str) -> bool:
    """Whether this is a name: two words or more, mostly capitalised, no digits or addresses."""
    words = text.split()
    fits = 1 < len(words) <= _MOST_NAMES and len(text) <= _LONGEST_NAME
    cased = all(len(word) <= 3 or word != word.lower() for word in words)
    plain = not any(c.isnumeric() or c in "@,:;/" for c in text)
    return fits and cased and plain and text[0].isupper() and text[-1].isalpha()


def _read_about(blocks: Sequence[Block], ledger: Ledger) -> None:
    """The page's own text under its headings, without the parts that become records."""
    foot = next((i for i, block in enumerate(blocks) if _is_standing(block)), len(blocks))
    title, parts, used = blocks[0], list[str](), list[Block]()
    for heading, body in _sections(blocks[1:foot], _ABOUT_PARTS):
        key = heading[0].key if heading else ""
        prose: Sequence[Block] = []
        if key == _SPONSORS:
            _read_sponsors(body, ledger)
        elif key == _FOUNDING:
            rest = _read_founding(body, ledger)
            ledger.refuse(rest, "text after the founding sponsor", private=True)
        else:
            prose = _read_people(body, ledger) if key == _WHO else body
        if prose:
            parts += [*(f"## {block.text}" for block in heading), markdown(prose)]
            used += [*heading, *prose]
        else:
            ledger.skip(heading, "heading of records, or of nothing")
    if used:
        ledger.page("about", title.text, "\n\n".join(parts), numbers([title, *used]))
    else:
        ledger.refuse([title], "an about page without a text of its own")
    _read_items(blocks[foot:], ledger)


def _read_people(blocks: Sequence[Block], ledger: Ledger) -> list[Block]:
    """Committee, officers and coordinator; returns the blocks that say more than their records."""
    prose: list[Block] = []
    listing = False
    for block in blocks:
        listing = listing and (block.first.bullet or block.first.indent >= _NESTED)
        if listing:
            _read_member(block, ledger)
        elif "committee" in block.text.casefold() and block.text.endswith(":"):
            listing = True
            ledger.skip([block], "introduces the list of the committee")
        elif not _read_officers(block, ledger):
            prose.append(block)
    return prose


def _read_member(block: Block, ledger: Ledger) -> None:
    match = _MEMBER.fullmatch(block.text)
    name = match["name"].strip() if match and _is_item(block) else ""
    if match and _is_name(name):
        role, affiliation = match["role"] or "Member", match["affiliation"] or ""
        ledger.person("member", name, block, role, "committee", affiliation)
    else:
        ledger.refuse([block], "not a member of the committee with a name and an affiliation")


def _read_officers(block: Block, ledger: Ledger) -> bool:
    """Record the people in a paragraph; returns whether the records hold all that it says."""
    complete = bool(sentences := [part for part in _STOP.split(block.text) if part])
    for sentence in sentences:
        matches = [(pattern.fullmatch(sentence), group) for pattern, group in _POSTS]
        officers = [
            (person, group) for person, group in matches if person and _is_name(person["name"])
        ]
        complete = complete and bool(officers)
        for person, group in officers:
            role, affiliation = person["role"].capitalize(), person["affiliation"] or ""
            ledger.person("member", person["name"], block, role, group, affiliation)
    return complete
