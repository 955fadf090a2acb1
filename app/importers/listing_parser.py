"""Pages saved as text from the two web sites of the Peru Support Group, read into records.

Three kinds: a *listing* of the old site ("• Title", date, summary, and four standing items at its
foot), the *about* page with the same foot, and the *home* page of the new site. Every non-blank
line ends in a record, is skipped with a reason, or is refused with a reason. Standard library only.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from app.importers.listing_pages import (
    Block,
    Group,
    Ledger,
    Page,
    PageKind,
    Passed,
    Person,
    Story,
    looks_like_date,
    numbers,
    read_blocks,
)

__all__ = ["Page", "PageKind", "Passed", "Person", "Story", "UnknownPage", "parse"]

_LONGEST_TITLE = 300
_LONGEST_NAME = 80
_NESTED = 4
"""Spaces before a bullet that belongs to the item above it."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_STANDING = {
    "psg aims": "aims",
    "historical overview": "history",
    "human rights": "human-rights",
    "why join the psg?": "why-join",
}
_NAVIGATION = {
    "ver información en castellano": "a link to the page in Spanish",
    **dict.fromkeys(("become a member", "join us", "join now"), "a link to the membership form"),
    **dict.fromkeys(("donate", "donate now"), "a link to the donation form"),
    **dict.fromkeys(("read more", "back to top"), "navigation"),
}
_LATEST, _SUPPORT, _FOUNDING = "latest news and analysis", "support us", "founding sponsor"
_HOME = {
    "peru support group": "the site's name and motto",
    "news and analysis": "introduction of the home page",
    "facts and key issues": "introduction of the home page",
    _SUPPORT: "promotion: an appeal for support",
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

# A full stop ends a sentence unless it follows a title or an initial.
_STOP = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bRev)(?<!\bProf)(?<!\b[A-Z])\.(?: +|$)")
_REST = r"(?P<name>[^,]+)(?:, (?:an? )?(?P<affiliation>.+))?"
_OFFICE = re.compile(rf"The (?P<role>(?:vice-)?president)(?: of [^,]+?)? is {_REST}", re.I)
_STAFF = re.compile(rf".*\bby the (?P<role>coordinator), {_REST}", re.I)
_MEMBER = re.compile(r"(?P<name>[^,(]+)(?:\((?P<role>[^)]+)\))?(?:, *(?P<affiliation>.+))?")


class UnknownPage(Exception):
    """The text is no page of either site; the message says what was looked for."""


def parse(text: str) -> Page:
    """Read one page. Raises `UnknownPage`, and nothing else, whatever the text is."""
    if "\0" in text or text.lstrip("\ufeff \t\r\n")[:1] in ("<", "{", "["):
        raise UnknownPage("This is no page saved as text, but markup, JSON or binary data.")
    blocks = read_blocks(text, _ALONE)
    kind = _kind_of(blocks)
    ledger = Ledger()
    content = []
    for block in blocks:
        if block.key in _NAVIGATION:
            ledger.skip([block], _NAVIGATION[block.key])
        else:
            content.append(block)
    {"home": _read_home, "listing": _read_items, "about": _read_about}[kind](content, ledger)
    return ledger.close(kind, blocks)


def _kind_of(blocks: Sequence[Block]) -> PageKind:
    keys = {block.key for block in blocks}
    if blocks and blocks[0].key == _ABOUT and keys & _ABOUT_PARTS:
        return "about"
    if _LATEST in keys:
        return "home"
    followers = zip(blocks, [*blocks[1:], None], strict=True)
    if any(_is_item(block) and (_is_standing(block) or _is_dateline(n)) for block, n in followers):
        return "listing"
    raise UnknownPage(
        "None of the known pages: looked for a heading “Latest News and Analysis” (home), for"
        " “About us” as the first line with a section such as “Who we are” (about), and for a"
        " bulleted title with a date below it or a standing item such as “PSG Aims” (listing)."
    )


def _is_item(block: Block) -> bool:
    return block.first.bullet and block.first.indent < _NESTED


def _is_standing(block: Block) -> bool:
    return _is_item(block) and block.text.casefold() in _STANDING


def _is_dateline(block: Block | None) -> bool:
    return block is not None and not block.first.bullet and looks_like_date(block.text)


def _day(text: str) -> date | None:
    """The day that "31 May 2006" names, if the calendar has it."""
    day, month, year = text.split()
    try:
        return date(int(year), _MONTHS.index(month.casefold()) + 1, int(day))
    except ValueError:
        return None


def _read_items(blocks: Sequence[Block], ledger: Ledger) -> None:
    """Items of a listing, or of the foot of the about page."""
    starts = [index for index, block in enumerate(blocks) if _is_item(block)]
    ledger.refuse(blocks[: starts[0]] if starts else blocks, "text before the first item")
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        trouble = _read_item(blocks[start], blocks[start + 1 : end], ledger)
        if trouble:
            ledger.refuse(blocks[start:end], trouble)


def _read_item(head: Block, body: Sequence[Block], ledger: Ledger) -> str | None:
    """One item; what is wrong with it, if it has to be refused."""
    title, lines = head.text, numbers([head, *body])
    if not title or looks_like_date(title):
        return "an item without a title"
    if len(title) > _LONGEST_TITLE:
        return "an item whose title is too long to be one"
    datelines = [block for block in body if _is_dateline(block)]
    if not datelines and _is_standing(head):
        if not body:
            return "a standing page without text"
        ledger.page(_STANDING[title.casefold()], title, _markdown(body), lines)
        return None
    if not datelines or body[0] != datelines[0]:
        return "an item with no date line such as “31 May 2006” below its title"
    if len(datelines) > 1:
        return "an item with two date lines; a bullet may be missing"
    day = _day(body[0].text)
    if day is None:
        return f"an item whose date, in line {body[0].first.number}, does not exist"
    ledger.article(day, title, _markdown(body[1:]), lines)
    return None


def _markdown(blocks: Sequence[Block]) -> str:
    """Paragraphs and lists; what is indented deeper than a list's bullets goes on in the list."""
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


def _sections(
    blocks: Sequence[Block], headings: Collection[str]
) -> Iterator[tuple[Sequence[Block], Sequence[Block]]]:
    """Pairs of a heading, as a list of one, and what follows it; before the first, of none."""
    starts = [index for index, block in enumerate(blocks) if block.key in headings]
    yield [], blocks[: starts[0]] if starts else blocks
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
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
        elif key == _SUPPORT and after_latest:
            appeal = [block for block in body if block.text.endswith((".", "!", "?"))]
            ledger.skip(appeal, _HOME[key])
            _read_sponsors([block for block in body if block not in appeal], ledger)
        elif key:
            ledger.skip(body, _HOME[key])
        else:
            ledger.refuse(body, "text before the first known heading")


def _read_latest(blocks: Sequence[Block], ledger: Ledger) -> None:
    """Titles and summaries in turn; only a title may have no full stop at its end."""
    waiting: Block | None = None
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        orphan = after is not None and _could_be_title(block) and not _could_be_title(after)
        if waiting is not None and not orphan:
            lines = numbers([waiting, block])
            ledger.article(None, waiting.text, block.text, lines)
            waiting = None
            continue
        if waiting is not None:
            ledger.refuse([waiting], "a title without a summary")
        waiting = block if _could_be_title(block) else None
        if waiting is None:
            ledger.refuse([block], "a paragraph without a title")
    if waiting is not None:
        ledger.refuse([waiting], "a title without a summary")


def _could_be_title(block: Block) -> bool:
    short = len(block.lines) == 1 and len(block.text) <= _LONGEST_TITLE // 2
    return short and not block.first.bullet and not block.text.endswith(".")


def _read_founding(blocks: Sequence[Block], ledger: Ledger) -> Sequence[Block]:
    """The one name below its heading; returns the lines after it, each a block."""
    singles = _singles(blocks)
    if singles and _is_name(singles[0].text):
        ledger.person("founding", singles[0].text, singles[0])
        return singles[1:]
    ledger.refuse(singles[:1], "not a name, below “Founding Sponsor”", private=True)
    return singles[1:]


def _read_sponsors(blocks: Sequence[Block], ledger: Ledger) -> None:
    for single in _singles(blocks):
        if _is_name(single.text):
            ledger.person("sponsor", single.text, single)
        else:
            ledger.refuse([single], "not a name, among the sponsors")


def _singles(blocks: Sequence[Block]) -> list[Block]:
    return [Block((line,)) for block in blocks for line in block.lines]


def _is_name(text: str) -> bool:
    fits = len(text.split()) > 1 and len(text) <= _LONGEST_NAME and text[0].isupper()
    return fits and text[-1].isalpha() and not any(c.isnumeric() or c in "@,:;/" for c in text)


def _read_about(blocks: Sequence[Block], ledger: Ledger) -> None:
    """The page's own text under its headings, without what becomes records of its own."""
    foot = next((i for i, block in enumerate(blocks) if _is_standing(block)), len(blocks))
    title, parts, used = blocks[0], list[str](), list[Block]()
    for heading, body in _sections(blocks[1:foot], _ABOUT_PARTS):
        key = heading[0].key if heading else ""
        prose = body
        if key == _SPONSORS:
            _read_sponsors(body, ledger)
            prose = []
        elif key == _FOUNDING:
            rest = _read_founding(body, ledger)
            ledger.refuse(rest, "text after the founding sponsor", private=True)
            prose = []
        elif key == _WHO:
            prose = _read_people(body, ledger)
        if prose:
            parts += [*(f"## {block.text}" for block in heading), _markdown(prose)]
            used += [*heading, *prose]
        else:
            ledger.skip(heading, "heading of records, or of nothing")
    if used:
        ledger.page("about", title.text, "\n\n".join(parts), numbers([title, *used]))
    else:
        ledger.refuse([title], "an about page without a text of its own")
    if foot < len(blocks):
        _read_items(blocks[foot:], ledger)


def _read_people(blocks: Sequence[Block], ledger: Ledger) -> list[Block]:
    """Committee, officers and coordinator; returns what says more than their records hold."""
    prose = []
    listing = False
    for block in blocks:
        if listing and (block.first.bullet or block.first.indent >= _NESTED):
            _read_member(block, ledger)
        elif "committee" in block.text.casefold() and block.text.endswith(":"):
            listing = True
            ledger.skip([block], "introduces the list of the committee")
        else:
            listing = False
            if not _read_officers(block, ledger):
                prose.append(block)
    return prose


def _read_member(block: Block, ledger: Ledger) -> None:
    found = _MEMBER.fullmatch(block.text)
    if found is None or not block.first.bullet or not _is_name(found["name"].strip()):
        ledger.refuse([block], "not a member of the committee with a name and an affiliation")
        return
    role, affiliation = found["role"] or "Member", found["affiliation"] or ""
    ledger.person("member", found["name"].strip(), block, role, "committee", affiliation)


def _read_officers(block: Block, ledger: Ledger) -> bool:
    """Records whom a paragraph names; whether they hold all that it says."""
    complete = True
    groups: tuple[tuple[re.Pattern[str], Group], ...] = ((_OFFICE, "officers"), (_STAFF, "staff"))
    for sentence in filter(None, _STOP.split(block.text)):
        matches = [(pattern.fullmatch(sentence), group) for pattern, group in groups]
        named = [(found, group) for found, group in matches if found and _is_name(found["name"])]
        complete = complete and bool(named)
        for found, group in named:
            role, affiliation = found["role"].capitalize(), found["affiliation"] or ""
            ledger.person("member", found["name"], block, role, group, affiliation)
    return complete
