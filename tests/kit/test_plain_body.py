"""Plain paragraphs are clean as they are: the short way and the sanitiser agree on each of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.plain_body import clean_plain_body
from app.kit.sanitise import clean_by_parser, render_body

LETTERS = "aZ9 .,:/-_'\"{}[]()*#\\`~=\n\té–“\u00a0\u0085\u200b\u202e\u2028\u3000\ufeff\x00"
PARTS = ("&amp;", "&lt;b&gt;", "&nbsp;", "&", "://", "http://a.b", "www.a.org", "1. ", "mso-list:")
SIGNS = st.sampled_from((*LETTERS, *PARTS))
TEXTS = st.lists(SIGNS | st.characters(codec="utf-8"), min_size=1, max_size=8).map("".join)
TARGETS = st.sampled_from(
    (
        *("/", "/news/a", "https://a.org/b_c.html", "http://a/", "//a.org/", "https://a.org", "#a"),
        *("javascript:x", "/a?b=1", "https://u:p@a.org/", "https://a.org:8/", "/\u202ea", "/a b"),
    )
)
LINES = st.one_of(
    TEXTS,
    TEXTS.map("<em>{}</em>".format),
    TEXTS.map("<strong>{}</strong>".format),
    st.builds('<a href="{}">{}</a>'.format, TARGETS, TEXTS),
    st.sampled_from(["<br>\n", "<br>", "<b>x</b>", "<p>", "</em>", "<em>"]),
)
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=4).map("".join).map("<p>{}</p>".format)


@settings(max_examples=400)
@given(st.lists(PARAGRAPHS, min_size=1, max_size=3).map("\n".join))
def test_the_short_way_says_what_the_sanitiser_says(source: str) -> None:
    plain = clean_plain_body(source)
    if plain is not None:
        whole = clean_by_parser(source, ())
        assert (plain, []) == (whole.html, whole.removed)


@pytest.mark.parametrize(
    "source",
    [
        "<p>One.</p>\n<p>Two &amp; <em>three</em>, <strong>four</strong>:<br>\nfive.</p>",
        '<p>See <a href="/news/a">this</a> and <a href="https://a.org/b.html">that</a>.</p>',
    ],
)
def test_what_most_texts_consist_of_goes_the_short_way(source: str) -> None:
    plain = clean_plain_body(source)
    assert plain is not None
    assert render_body(source, "html").html == plain == clean_by_parser(source, ()).html


def test_paragraphs_without_end_are_read_once() -> None:
    """The grammar never goes back: a body that fails at its end fails at once."""
    assert clean_plain_body("<p>" + "a:b &amp; <em>c</em>" * 50_000 + "<u>") is None
