"""A rendered difference: the newer body, with marks around words and pictures alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.html_diff import diff_html
from app.kit.sanitise import render_body

PARTS = st.sampled_from(
    [
        *("one ", "two ", "**bold** ", "*it* ", "[a](https://a.example/?x=1&y=2) ", "&amp; ", "ñ "),
        *(
            "\n\n",
            "\n\n## Head\n\n",
            "\n\n- item\n- item two\n\n",
            "![p](https://a.example/p.jpg) ",
        ),
        *("<del>gone</del> ", "x < y ", "\n\n> said\n\n", "| a | b |\n|---|---|\n| c | d |\n"),
    ]
)
BODIES = st.lists(PARTS, max_size=12).map(
    lambda parts: render_body("".join(parts), "markdown", ()).html
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("<p>One two.</p>", "<p>One two.</p>", "<p>One two.</p>"),
        ("<p>One two.</p>", "<p>One three.</p>", "<p>One <del>two</del><ins>three</ins>.</p>"),
        ("<p>One</p>", "<p>One</p><p>Two</p>", "<p>One</p><p><ins>Two</ins></p>"),
        ("<p>A <b>b</b></p>", "<p>A b</p>", "<p>A  b </p>"),
        ("", '<p><img src="a"></p>', '<p><ins><img src="a"></ins></p>'),
        ('<p><img src="a"></p>', "<p></p>", '<p><del><img src="a"></del></p>'),
        ("<p>a &lt; b</p>", "<p>a &gt; b</p>", "<p>a <del>&lt;</del><ins>&gt;</ins> b</p>"),
    ],
)
def test_what_changed_is_marked(before: str, after: str, expected: str) -> None:
    assert diff_html(before, after) == expected


def tags(html: str) -> list[str]:
    return re.findall(r"<(?!/?(?:ins|del)>|img|br)[^>]*>", html)


@given(BODIES, BODIES)
def test_it_has_the_elements_of_the_newer_body(before: str, after: str) -> None:
    marked = diff_html(before, after)
    bare = re.sub(r"</?(?:ins|del)>", "", after)
    assert tags(marked) == tags(bare)
    assert diff_html(after, after) == after
    own = re.sub(r"</?(?:ins|del)>", "", before), bare
    with_marks = diff_html(*own)
    plain = re.sub(r"<del>.*?</del>", "", with_marks, flags=re.DOTALL)
    newer = re.sub(r"</?ins>", "", plain)
    assert "".join(newer.split()) == "".join(bare.split())


def test_long_bodies_take_little_time() -> None:
    before = "".join(f"<p>{n} word {n * 7}</p>" for n in range(20_000))
    after = "".join(f"<p>{n} words {n * 7 + 1}</p>" for n in range(20_000))
    assert tags(diff_html(before, after)) == tags(after)
