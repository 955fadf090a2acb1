"""Slugs as people would write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.sanitise import render_body
from app.kit.text import (
    ILLEGAL,
    check_legal,
    check_visible,
    fold_body,
    fold_text,
    is_legal,
    plain_path,
    plain_text,
    slug_of,
    without_illegal,
)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Fujimori's move to Chile", "fujimoris-move-to-chile"),
        ("And in Peru’s potato park…", "and-in-perus-potato-park"),
        ("Agua para Cañaris", "agua-para-canaris"),
        ("¿Quién decide?", "quien-decide"),
        ("…", ""),
        ("word " * 40, "word-" * 19 + "word"),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_text_has_a_line_for_each_block_and_none_within() -> None:
    body = (
        "<h2>Qué se acordó</h2>\n<p>El <em>Acta</em>, de\nH<sub>2</sub>O &amp; &lt;b&gt;.<br>Otra"
        ' línea<a href="x">s</a></p><ul>\n<li>uno</li><li><p>dos</p></li></ul>'
        '<figure><img src="x" alt="y"><figcaption>Foto</figcaption></figure><pre>a\n  b</pre>'
    )
    lines = ["Qué se acordó", "El Acta, de H2O & <b>.", "Otra líneas", "uno", "dos", "Foto", "a b"]
    assert plain_text(body) == "\n".join(lines)
    assert plain_text("") == ""


SEEN = ["Perú", "a", "؟", "שלום", "مرحبا\u200f", "🙂", "1", "a\u00ad", "\u200bx"]
UNSEEN = ["\u200b", "\u00ad", "\u2060\ufeff", "\u3164", "\u2800", " \u200e ", "\u00a0"]


@pytest.mark.parametrize("text", SEEN)
def test_what_leaves_a_mark_may_be_a_name(text: str) -> None:
    assert check_visible(check_legal(text)) == text


TURNING = [f"a{chr(number)}b" for number in (0x202A, 0x202E, 0x2066, 0x2069)]


@pytest.mark.parametrize("text", [*UNSEEN, *TURNING])
def test_a_name_that_shows_nothing_or_turns_others_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"nothing that can be seen|turns the direction"):
        check_visible(text)


def test_prose_keeps_isolates_and_no_overrides() -> None:
    assert check_legal("he said \u2067שלום\u2069.")
    for sign in "\u202d\u202e":
        with pytest.raises(ValueError, match="at place 2"):
            check_legal(f"a{sign}b")


BLOCKS = st.sampled_from(
    (
        *("<p>", "</p>", "<br>", "<em>", "</em>", "<li>", "&amp;", "&nbsp;", "a", "É\u0301"),
        *("\u00ad", " ", "\n", "\u00a0", "\u2003", "<table><tr><td>", '<a href="/x y">', "</a>"),
        "<pre>\n",
    )
)


@given(st.lists(BLOCKS | st.text(max_size=3), max_size=15).map("".join))
def test_words_for_searching_are_those_of_the_lines(source: str) -> None:
    body = render_body(source, "html").html
    assert fold_body(body) == fold_text(plain_text(body))


@given(st.text(st.characters(codec="ascii"), max_size=20) | st.text(max_size=5))
def test_each_letter_decides_whether_a_text_is_legal(text: str) -> None:
    assert is_legal(text) == all(ILLEGAL.match(letter) is None for letter in text)
    assert without_illegal(text) == "".join(letter for letter in text if is_legal(letter))


@given(st.text("aZ9/._~-?&=%+ #é", max_size=12))
def test_a_path_has_one_form_with_a_host_and_without(path: str) -> None:
    assert plain_path(f"/{path}") == plain_path(f"https://a.example/{path}")
