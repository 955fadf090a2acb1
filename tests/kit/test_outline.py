"""Ids of headings, contents and length of a body, also of hostile ones."""

import re
from time import perf_counter

import pytest

from app.kit.outline import HEADINGS_AT_MOST, count_words, outline_body
from app.kit.sanitise import render_body


def outlined(body: str, body_format: str = "markdown") -> tuple[str, list[tuple[str, int, str]]]:
    body_html = render_body(body, body_format).html
    outline = outline_body(body_html)
    assert outline_body(outline.html) == outline, "a second time changes nothing"
    return outline.html, [(it.id, it.level, it.text) for it in outline.headings]


def test_headings_get_ids_of_their_texts() -> None:
    html, contents = outlined("# ¿Qué *pasó* & por qué?\n\nText.\n\n### Peru's water\n\nText.")
    assert contents == [
        ("h-que-paso-por-que", 2, "¿Qué pasó & por qué?"),
        ("h-perus-water", 3, "Peru's water"),
    ]
    assert '<h2 id="h-que-paso-por-que">¿Qué <em>pasó</em> &amp; por qué?</h2>' in html
    assert '<h3 id="h-perus-water">' in html


def test_equal_texts_get_numbers_that_no_other_heading_has() -> None:
    _, contents = outlined("## One 2\n\n## One\n\n## One\n\n## One\n\n## 😀\n\n## 😀")
    assert [key for key, _, _ in contents] == [
        *("h-one-2", "h-one", "h-one-3", "h-one-4", "h-section", "h-section-2"),
    ]


def test_ids_that_are_there_stay_and_are_never_given_twice() -> None:
    body = '<h2 id="a">One</h2><p id="h-two">x</p><h2>Two</h2><h2 id="a">Three</h2>'
    html, contents = outlined(body, "html")
    kept, two, three = (key for key, _, _ in contents)
    assert kept.endswith("-a")
    assert re.fullmatch(r"t[0-9a-f]{8}-a", kept)
    assert (two, three) == ("h-two", "h-three")
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids)) == 4
    old = outline_body('<h2 id="h-two">One</h2><h2>Two</h2><h3 id="">Two</h3>')
    assert [it.id for it in old.headings] == ["h-two", "h-two-2", "h-two-3"]


@pytest.mark.parametrize(
    "body",
    [
        '<h2 id="x&quot; onmouseover=&quot;alert(1)">Safe</h2>',
        '<h2 id="javascript:alert(1)\'><script>">Safe</h2>',
        "<h2>&lt;script&gt;alert(1)&lt;/script&gt;</h2>",
        '<h2>config</h2><h2>" autofocus onfocus="x</h2>',
        '<h2 id="location">Safe</h2>',
    ],
)
def test_no_heading_brings_a_script_or_a_name_of_the_page(body: str) -> None:
    html, contents = outlined(body, "html")
    assert not re.search(r"<script|<[^>]* on\w+=", html.replace("&quot;", ""))
    for key in re.findall(r' id="([^"]*)"', html):
        assert re.fullmatch(r"(h|t[0-9a-f]{8})-[\w:.-]+", key), key
    assert contents


def test_contents_leave_out_what_no_reader_sees_as_a_heading() -> None:
    body = "## Water[^1]\n\n## ![Only a picture](https://example.org/a.jpg)\n\n[^1]: A note."
    _, contents = outlined(body)
    assert [text for _, _, text in contents] == ["Water"]
    _, ((_, _, text),) = outlined("## " + "word " * 200)
    assert len(text) == 300
    assert text.endswith("…")


@pytest.mark.parametrize(
    "body_html",
    [
        "<h2>a</h2>" * 10_000,
        "".join(f"<h2>a {n}</h2>" for n in range(2, 10_000)) + "<h2>a</h2>" * 10_000,
        "<h2>" + "x " * 400_000 + "</h2>",
        "<h2><div>" * 40_000,
        "<h2>" * 100_000,
        f'<p><img src="https://example.org/a.jpg" alt="{"a " * 400_000}"></p>' + "<h3>b</h3>" * 9,
        "<p>" + "-" * 900_000 + "</p>",
        "<p>" + "a-" * 450_000 + "</p>",
        "<h2>" + '<sup class="footnote-ref">' * 30_000,
    ],
    ids=range(9),
)
def test_a_hostile_body_takes_no_longer_than_its_length(body_html: str) -> None:
    begun = perf_counter()
    outline = outline_body(body_html)
    assert perf_counter() - begun < 5, "some tenths of a second are usual"
    assert len(outline.headings) <= HEADINGS_AT_MOST
    ids = re.findall(r' id="([^"]*)"', outline.html)
    assert len(ids) == len(set(ids)) <= HEADINGS_AT_MOST


@pytest.mark.parametrize(
    ("body_html", "words"),
    [
        ("", 0),
        ("<p>One <b>t</b>wo</p><p>three—four, it's 1.5 state-of-the-art</p>", 7),
        ('<p>One<br>two<img src="/a.jpg" alt="not a word"></p>', 2),
        ("<p>ab &amp; c</p><p>— … !</p>", 2),
        ("<p>秘鲁的水</p>", 2),
        ("<p>Año\u200b nuevo</p>", 2),
    ],
)
def test_words_are_counted_as_readers_see_them(body_html: str, words: int) -> None:
    assert count_words(body_html) == words


def test_reading_takes_a_minute_for_two_hundred_words_and_at_least_one() -> None:
    lengths = {0: 1, 10: 1, 400: 2, 1_000: 5}
    for words, minutes in lengths.items():
        assert outline_body(f"<p>{'word ' * words}</p>").reading_minutes == minutes
