"""The parser of saved pages: every rule on small invented pages, then the real ones."""

import random
import re
from dataclasses import astuple
from datetime import date
from pathlib import Path

import pytest

from app.importers.listing_pages import WITHHELD, redact, slug
from app.importers.listing_parser import (
    ListedPerson,
    ListingPage,
    SkippedLines,
    Story,
    UnknownPage,
    parse,
)

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
LISTINGS = ("news-2005-2006.txt", "news-2012-2013.txt", "news-2018.txt")

FOOT = """
  • PSG Aims

    To learn.

  • Why join the PSG?

    • Read more of us
    • Meet others

    Become a member"""

LISTING = (
    """• Rain in Ñaña’s hills

    31 May 2006

    \u00a0 First line
    and the same paragraph.

    Second\u00a0 paragraph…

  • No summary here

    01 June 2006
"""
    + FOOT
)

ABOUT = (
    """About us

Ver información en castellano

We are a small group.

Key facts

  • One fact

    with more to say.
  • Another fact

Who we are

The office is run by the coordinator, Eva Luz. Eva likes tea.

The president of the Test Group is Baroness Rey, a poet. The vice-president is Dr. Ana Paz.

The elected steering committee advises and comprises:

  • Rosa Lima (Treasurer), clerk, Lima
  • Juan Ríos

Friends pay for us.

Peru Support Group sponsors

Sir Tom O'Dell CBE

Mary de la Cruz

Founding Sponsor:
Old Writer
"""
    + FOOT
)

HOME = """Peru Support Group

A motto

Support Us

Please help us.

New and Archive Site: Peru Support Group\u00a0

Older texts are elsewhere.

Latest News and Analysis

…and then rain

It rained all day and the...

A quiet week

Nothing happened.

Stay up to date

Get our news, comments and other things of the week by post

Support Us

Your help is vital
to us.

Sir Tom O'Dell CBE
Mary de la Cruz

Founding Sponsor

Old Writer

Eva Luz
12 Quiet Lane
Tel: +44 (0) 7000 000 000
"""


def standing(slug: str, title: str, text: str, *lines: int) -> Story:
    """A page of the foot."""
    return Story(f"page/{slug}", "page", title, text, None, False, lines)


def aims(*lines: int) -> Story:
    return standing("aims", "PSG Aims", "To learn.", *lines)


def why_join(*lines: int) -> Story:
    return standing("why-join", "Why join the PSG?", "- Read more of us\n- Meet others", *lines)


def check_balance(page: ListingPage) -> None:
    """Every non-blank line has an outcome, and only one sort of outcome."""
    records = {n for story in page.stories for n in story.lines}
    records |= {n for person in page.people for n in person.lines}
    skipped = [n for entry in page.passed if not entry.refused for n in entry.lines]
    refused = [n for entry in page.passed if entry.refused for n in entry.lines]
    assert len(records) + len(skipped) + len(refused) == page.nonblank
    assert records | {*skipped} | {*refused} == page.accounted_lines()
    assert len(page.accounted_lines()) == page.nonblank


def strings(page: ListingPage) -> list[str]:
    """All the text that a page puts out."""
    outcomes = [astuple(one) for kind in (page.stories, page.people, page.passed) for one in kind]
    return [value for values in outcomes for value in values if isinstance(value, str)]


def read(text: str) -> ListingPage:
    """A page whose lines are all accounted for."""
    page = parse(text)
    assert page.nonblank == sum(1 for line in text.split("\n") if line.strip())
    check_balance(page)
    return page


def refusals(page: ListingPage) -> list[tuple[tuple[int, ...], str, str]]:
    """What was refused."""
    return [(entry.lines, entry.text, entry.reason) for entry in page.passed if entry.refused]


# -- listing ---------------------------------------------------------------------------------------


def test_a_listing() -> None:
    assert read(LISTING) == ListingPage(
        kind="listing",
        stories=(
            Story(
                external_id="2006-05-31/rain-in-nanas-hills",
                kind="article",
                title="Rain in Ñaña’s hills",
                text="First line and the same paragraph.\n\nSecond paragraph…",
                date=date(2006, 5, 31),
                is_excerpt=True,
                lines=(1, 3, 5, 6, 8),
            ),
            Story(
                external_id="2006-06-01/no-summary-here",
                kind="article",
                title="No summary here",
                text="",
                date=date(2006, 6, 1),
                is_excerpt=False,
                lines=(10, 12),
            ),
            aims(14, 16),
            why_join(18, 20, 21),
        ),
        people=(),
        passed=(SkippedLines((23,), "Become a member", "a link to the membership form", False),),
        nonblank=13,
    )


NO_DATE = "an item with no date line below its title"
IMPOSSIBLE = "an item whose date does not exist"


@pytest.mark.parametrize(
    ("item", "text", "reason"),
    [
        ("• Title\n\n    31 Foo 2006\n\n    Text", "Title 31 Foo 2006 Text", IMPOSSIBLE),
        ("• Title\n\n    31 February 2006", "Title 31 February 2006", IMPOSSIBLE),
        ("• Title\n\n    00 May 2006", "Title 00 May 2006", IMPOSSIBLE),
        ("• Title\n\n    01 May 0000", "Title 01 May 0000", IMPOSSIBLE),
        ("• Title\n\n    May 2006", "Title May 2006", NO_DATE),
        ("• Title\n\n    31/05/2006\n\n    Text", "Title 31/05/2006 Text", NO_DATE),
        ("• Title\n\n    Text\n\n    31 May 2006", "Title Text 31 May 2006", NO_DATE),
        ("• Title", "Title", NO_DATE),
        ("• Human Rights", "Human Rights", NO_DATE),
        ("•\n\n    31 May 2006\n\n    Text", "31 May 2006 Text", "an item without a title"),
        ("• 31 May 2006\n\n    Text", "31 May 2006 Text", "an item without a title"),
        (
            "• A\n\n    31 May 2006\n\n    Text\n\n    B\n\n    01 May 2006",
            "A 31 May 2006 Text B 01 May 2006",
            "an item with two date lines; a bullet may be missing",
        ),
        (
            f"• {'long ' * 61}\n\n    31 May 2006",
            ("long " * 16)[:-1] + "…",
            "an item whose title is too long to be one",
        ),
    ],
)
def test_an_item_that_is_refused_whole(item: str, text: str, reason: str) -> None:
    page = read(item + "\n" + FOOT)
    lines = tuple(n for n, line in enumerate(item.split("\n"), start=1) if line.strip())
    assert refusals(page) == [(lines, text, reason)]
    assert [story.external_id for story in page.stories] == ["page/aims", "page/why-join"]


def test_text_before_the_first_item_is_refused() -> None:
    page = read("News\n\n• Title\n\n  31 May 2006")
    assert refusals(page) == [((1,), "News", "text before the first item")]
    assert page.stories[0].external_id == "2006-05-31/title"


def test_a_dated_item_may_have_the_title_of_a_standing_page() -> None:
    page = read("• Human Rights\n\n  31 May 2006")
    assert [story.external_id for story in page.stories] == ["2006-05-31/human-rights"]


def test_no_blank_lines_are_needed_around_title_and_date() -> None:
    page = read("• A long\n  title\n  31 MAY 2006\n  Text\n    • nested\n  • Next\n  1 June 2006")
    assert [(s.title, s.date, s.text) for s in page.stories] == [
        ("A long title", date(2006, 5, 31), "Text\n\n- nested"),
        ("Next", date(2006, 6, 1), ""),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_byte_order_marks_of_other_systems(end: str) -> None:
    assert parse("\ufeff" + LISTING.replace("\n", end)) == parse(LISTING)


# -- about -----------------------------------------------------------------------------------------

ABOUT_TEXT = """We are a small group.

## Key facts

- One fact

  with more to say.
- Another fact

## Who we are

The office is run by the coordinator, Eva Luz. Eva likes tea.

Friends pay for us."""


def member(  # the order of the class, with what these have in common
    slug: str, name: str, role: str, group: str, affiliation: str, position: int, line: int
) -> ListedPerson:
    return ListedPerson(
        f"member/{slug}", name, "member", role, group, affiliation, position, (line,)
    )  # type: ignore[arg-type]


def test_an_about_page() -> None:
    assert read(ABOUT) == ListingPage(
        kind="about",
        stories=(
            Story(
                external_id="page/about",
                kind="page",
                title="About us",
                text=ABOUT_TEXT,
                date=None,
                is_excerpt=False,
                lines=(1, 5, 7, 9, 11, 12, 14, 16, 25),
            ),
            aims(36, 38),
            why_join(40, 42, 43),
        ),
        people=(
            member("eva-luz", "Eva Luz", "Coordinator", "staff", "", 1, 16),
            member("baroness-rey", "Baroness Rey", "President", "officers", "poet", 1, 18),
            member("dr-ana-paz", "Dr. Ana Paz", "Vice-president", "officers", "", 2, 18),
            member("rosa-lima", "Rosa Lima", "Treasurer", "committee", "clerk, Lima", 1, 22),
            member("juan-rios", "Juan Ríos", "Member", "committee", "", 2, 23),
            sponsor("sir-tom-odell-cbe", "Sir Tom O'Dell CBE", "sponsor", 1, 29),
            sponsor("mary-de-la-cruz", "Mary de la Cruz", "sponsor", 2, 31),
            sponsor("old-writer", "Old Writer", "founding", 1, 34),
        ),
        passed=(
            SkippedLines(
                (3,), "Ver información en castellano", "a link to the page in Spanish", False
            ),
            SkippedLines(
                lines=(20,),
                text="The elected steering committee advises and comprises:",
                reason="introduces the list of the committee",
                refused=False,
            ),
            SkippedLines(
                (27,), "Peru Support Group sponsors", "heading of records, or of nothing", False
            ),
            SkippedLines((33,), "Founding Sponsor:", "heading of records, or of nothing", False),
            SkippedLines((45,), "Become a member", "a link to the membership form", False),
        ),
        nonblank=25,
    )


def sponsor(slug: str, name: str, kind: str, position: int, line: int) -> ListedPerson:
    return ListedPerson(f"sponsor/{slug}", name, kind, "", None, "", position, (line,))  # type: ignore[arg-type]


def test_what_is_no_member_or_sponsor_is_refused() -> None:
    page = read(
        """About us

Who we are

The committee comprises:

  • (Secretary), nobody
  • Jo Ek, cook
    • nested
    a second thought

Peru Support Group sponsors

Madonna
12 Quiet Lane
something else here
A. Person, of Lima

Founding Sponsor
to be announced

Tel 020 7000 0000
"""
    )
    nobody = "not a member of the committee with a name and an affiliation"
    stranger = "not a name, among the sponsors"
    assert refusals(page) == [
        ((1,), "About us", "an about page without a text of its own"),
        ((7,), "(Secretary), nobody", nobody),
        ((9, 10), "nested a second thought", nobody),
        ((14,), "Madonna", stranger),
        ((15,), "12 Quiet Lane", stranger),
        ((16,), "something else here", stranger),
        ((17,), "A. Person, of Lima", stranger),
        ((20,), WITHHELD, "not a name, below “Founding Sponsor”"),
        ((22,), WITHHELD, "text after the founding sponsor"),
    ]
    assert page.people == (member("jo-ek", "Jo Ek", "Member", "committee", "cook", 1, 8),)


def test_an_empty_bullet_belongs_to_the_text_around_it() -> None:
    page = read("About us\n\nWho we are\n\n  •\n  • Friends")
    assert page.stories[0].text == "## Who we are\n\n- Friends"


def test_an_officer_without_a_name_stays_prose() -> None:
    page = read("About us\n\nWho we are\n\nThe president is not yet elected.")
    assert page.stories[0].text == "## Who we are\n\nThe president is not yet elected."
    assert page.people == ()


def test_an_unknown_item_in_the_foot_of_about_is_refused() -> None:
    page = read("About us\n\nKey facts\n\nFew.\n" + FOOT + "\n\n  • Shop\n\n    Mugs")
    assert refusals(page) == [((18, 20), "Shop Mugs", NO_DATE)]


# -- home ------------------------------------------------------------------------------------------


def test_a_home_page() -> None:
    appeal, sites = "promotion: an appeal for support", "navigation between the two sites"
    contact, letter = "contact details, which are not published", "promotion: the newsletter"
    motto = "the site's name and motto"
    assert read(HOME) == ListingPage(
        kind="home",
        stories=(
            Story(
                external_id="undated/and-then-rain",
                kind="article",
                title="…and then rain",
                text="It rained all day and the...",
                date=None,
                is_excerpt=True,
                lines=(15, 17),
            ),
            Story(
                external_id="undated/a-quiet-week",
                kind="article",
                title="A quiet week",
                text="Nothing happened.",
                date=None,
                is_excerpt=False,
                lines=(19, 21),
            ),
        ),
        people=(
            sponsor("sir-tom-odell-cbe", "Sir Tom O'Dell CBE", "sponsor", 1, 32),
            sponsor("mary-de-la-cruz", "Mary de la Cruz", "sponsor", 2, 33),
            sponsor("old-writer", "Old Writer", "founding", 1, 37),
        ),
        passed=(
            SkippedLines((1,), "Peru Support Group", motto, False),
            SkippedLines((3,), "A motto", motto, False),
            SkippedLines((5,), "Support Us", appeal, False),
            SkippedLines((7,), "Please help us.", appeal, False),
            SkippedLines((9,), "New and Archive Site: Peru Support Group", sites, False),
            SkippedLines((11,), "Older texts are elsewhere.", sites, False),
            SkippedLines((13,), "Latest News and Analysis", "heading of the latest news", False),
            SkippedLines((23,), "Stay up to date", letter, False),
            SkippedLines(
                (25,), "Get our news, comments and other things of the week by post", letter, False
            ),
            SkippedLines((27,), "Support Us", appeal, False),
            SkippedLines((29, 30), "Your help is vital to us.", appeal, False),
            SkippedLines((35,), "Founding Sponsor", "heading of the founding sponsor", False),
            SkippedLines((39,), WITHHELD, contact, False),
            SkippedLines((40,), WITHHELD, contact, False),
            SkippedLines((41,), WITHHELD, contact, False),
        ),
        nonblank=23,
    )


def test_titles_and_summaries_that_do_not_pair_are_refused() -> None:
    page = read(
        """Hello

Latest News and Analysis

A text that has lost its title.

A title that has lost its text

Title

Text.

Last title
"""
    )
    assert refusals(page) == [
        ((1,), "Hello", "text before the first known heading"),
        ((5,), "A text that has lost its title.", "a paragraph without a title"),
        ((7,), "A title that has lost its text", "a title without a summary"),
        ((13,), "Last title", "a title without a summary"),
    ]
    assert [(s.external_id, s.text, s.lines) for s in page.stories] == [
        ("undated/title", "Text.", (9, 11))
    ]


def test_a_sponsor_list_under_another_heading_and_a_broken_sponsor() -> None:
    page = read("Latest News and Analysis\n\nStay up to date\n\nMary Cruz\nx@example.org")
    assert page.people == (sponsor("mary-cruz", "Mary Cruz", "sponsor", 1, 5),)
    assert refusals(page) == [((6,), "[redacted]", "not a name, among the sponsors")]


# -- privacy, slugs, other texts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Tel: +44 (0) 7000 000 000", "[redacted]"),
        ("call 020 7000 0000.", "call [redacted]."),
        ("call (01) 700-0001, now", "call [redacted], now"),
        ("fax 70-00-01", "[redacted]"),
        ("7000.000.001 or 70000001", "[redacted] or [redacted]"),
        ("write to a.b@example.org, soon", "write to [redacted], soon"),
        ("write to ab (at) example.org", "write to [redacted]"),
        ("12 Lane, London N1 9ZZ", "12 Lane, London [redacted]"),
        ("2 500 000 soles; 12 500 000 too", "2 500 000 soles; 12 500 000 too"),
        ("mobile 987 654 321, 987 654 321", "[redacted], [redacted]"),
        ("(1990-2000), 70,000 people", "(1990-2000), 70,000 people"),
        ("1,234,567 people in 2005, 2006", "1,234,567 people in 2005, 2006"),
        ("3000-4900 metres in 2005. 3500 fled", "3000-4900 metres in 2005. 3500 fled"),
        ("on 31/05/2006 or 2006-05-31", "on 31/05/2006 or 2006-05-31"),
    ],
)
def test_contact_details_are_redacted(text: str, safe: str) -> None:
    assert redact(text) == safe


def test_no_contact_detail_gets_out_of_an_item_or_a_refusal() -> None:
    page = read(
        "• Call 020 7000 0000\n\n    31 May 2006\n\n    a@example.org, 020 7000\n    0000\n\n"
        f"  • {'x' * 70} 020 7000 0000\n"
    )
    story, refused = page.stories[0], page.passed[0]
    assert (story.external_id, story.title) == ("2006-05-31/call-redacted", "Call [redacted]")
    assert story.text == "[redacted], [redacted]"
    assert refused.text == "x" * 70 + " [redacte…"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Peru's and Peru’s — ¿qué?", "perus-and-perus-que"),
        ("1/2  Ñandú & Co.", "1-2-nandu-co"),
        ("123日4567", "redacted"),
        ("…", "2026"),
        ("秘鲁", "79d8-9c81"),
        ("word " * 60, "-".join(["word"] * 40)),
        ("x" * 250, "x" * 200),
    ],
)
def test_slugs(text: str, made: str) -> None:
    assert slug(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\u00a0\n",
        "\0" + LISTING,
        "\udcff" + LISTING,
        '{"title": "PSG Aims"}',
        '[\n  "Latest News and Analysis"\n]',
        "<html>\nLatest News and Analysis\n</html>",
        "About us\n\nWe make shoes.",
        "A letter.\n\nNothing else.",
        "• milk\n• bread",
        "31 May 2006",
    ],
)
def test_another_text_is_an_unknown_page(text: str) -> None:
    with pytest.raises(UnknownPage, match="Looked for"):
        parse(text)


def test_any_text_is_read_or_unknown_and_balances() -> None:
    dice = random.Random(2006)
    lines = [*LISTING.split("\n"), *ABOUT.split("\n"), *HOME.split("\n"), "•", "    •", "\t• x"]
    lines += ["31 Foo 2006", "1 1 1", "٣ May 2006", "\u2028", "a\x0cb", "¹²³", "20207000000", ":"]
    signs = "• \n\u00a0.,:()@+0719aZñ…\t\r\x85\ufeff\ud800"
    kinds = set()
    for _ in range(3_000):
        picked = dice.choices(lines, k=dice.randrange(40))
        if dice.random() < 0.3:
            picked.append("".join(dice.choices(signs, k=30)))
        head = dice.choice(
            ["", "About us\nKey facts\n", "Latest News and Analysis\n", "• PSG Aims\n"]
        )
        try:
            page = parse(head + "\n".join(picked))
        except UnknownPage:
            kinds.add("unknown")
            continue
        kinds.add(page.kind)
        check_balance(page)
        assert not any(re.search(r"\d{7}", text) for text in strings(page))
    assert kinds == {"unknown", "home", "about", "listing"}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["a\n", "a ", "•\n", "7 ", "@", "a@", "is ", "Ab Cd\n", "(", ". "])
@pytest.mark.parametrize("head", ["About us\nWho we are\nThe president of ", HOME, LISTING])
def test_long_texts_take_no_long_time(head: str, unit: str) -> None:
    check_balance(parse(head + unit * 20_000))


# -- the real pages --------------------------------------------------------------------------------


def seed(name: str) -> ListingPage:
    if not SEEDS.is_dir():
        pytest.skip("the seeds are not on this machine")
    return read((SEEDS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "newest", "oldest"),
    [
        (LISTINGS[0], date(2006, 5, 31), date(2005, 11, 30)),
        (LISTINGS[1], date(2013, 3, 28), date(2012, 8, 31)),
        (LISTINGS[2], date(2018, 9, 16), date(2018, 8, 18)),
    ],
)
def test_the_real_listings(name: str, newest: date, oldest: date) -> None:
    page = seed(name)
    dated = [story for story in page.stories if story.kind == "article"]
    assert (page.kind, len(dated), len(page.people), refusals(page)) == ("listing", 10, 0, [])
    assert (dated[0].date, dated[-1].date) == (newest, oldest)
    assert len({story.external_id for story in dated}) == 10
    assert all(story.text and not story.is_excerpt for story in dated)
    assert [story.external_id for story in page.stories[10:]] == [
        *("page/aims", "page/history", "page/human-rights", "page/why-join")
    ]


def test_the_real_about_page() -> None:
    page = seed("about.txt")
    groups = [(person.kind, person.group) for person in page.people]
    assert {pair: groups.count(pair) for pair in groups} == {
        ("member", "staff"): 1,
        ("member", "officers"): 2,
        ("member", "committee"): 8,
        ("sponsor", None): 10,
        ("founding", None): 1,
    }
    assert (page.kind, refusals(page)) == ("about", [])
    assert [story.external_id for story in page.stories] == [
        *("page/about", "page/aims", "page/history", "page/human-rights", "page/why-join")
    ]
    roles = {person.name: person.role for person in page.people if person.group == "committee"}
    assert (roles["Tom Pegram"], roles["Tim Thorp"]) == ("Secretary", "Treasurer")
    assert {role for name, role in roles.items() if name[:3] not in ("Tom", "Tim")} == {"Member"}
    headings = re.findall(r"^## (.+)$", page.stories[0].text, re.M)
    assert headings == [
        *("Key facts", "The UK connection", "What we do", "History and achievements", "Who we are")
    ]


def test_the_real_home_page() -> None:
    page = seed("home-2019.txt")
    kinds = [person.kind for person in page.people]
    assert kinds == ["sponsor"] * 10 + ["founding"]
    assert (page.kind, len(page.stories), refusals(page)) == ("home", 6, [])
    assert all(story.is_excerpt and story.date is None for story in page.stories)
    assert page.stories[3].title == "…while Villanueva goes to jail"


def test_both_real_pages_name_the_same_sponsors() -> None:
    home, about = seed("home-2019.txt"), seed("about.txt")
    sponsors = [person.external_id for person in about.people if person.kind != "member"]
    assert [person.external_id for person in home.people] == sponsors
    assert {"sponsor/rosemary-thorp-cbe", "sponsor/reverend-ed-oconnell"} < {*sponsors}
    assert "member/rosemary-thorp" in {person.external_id for person in about.people}


@pytest.mark.parametrize("name", [*LISTINGS, "about.txt", "home-2019.txt"])
def test_the_real_pages_keep_contact_details_in_and_lose_no_other_number(name: str) -> None:
    page = seed(name)
    texts = strings(page)
    assert not any(re.search(r"\d{7}|\+44|@|7936|\u00a0|\[redacted\]", text) for text in texts)
