"""Misread characters put right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.mojibake import repair_mojibake
from app.kit.text import is_legal


@pytest.mark.parametrize(
    ("misread", "right"),
    [
        ("â€œHola\u00e2\u20ac\u009d", "“Hola”"),
        ("\u00e2\u0080\u009cHola\u00e2\u0080\u009d", "“Hola”"),
        ("\u0093Hola\u0094 \u0096 5 \u0080\u0085", "“Hola” – 5 €…"),
        ("PerÃº\u0092s \u009d", "Perú’s "),
        ("ðŸ˜\u0081", "😁"),
    ],
)
def test_what_was_misread_is_put_right(misread: str, right: str) -> None:
    assert repair_mojibake(misread)[0] == right
    assert repair_mojibake(misread)[1] > 0


def test_what_no_error_marks_is_left_alone() -> None:
    assert repair_mojibake("Ñandú â€œ Ã© café") == ("Ñandú â€œ Ã© café", 0)


@given(st.text())
def test_nothing_is_left_of_it(text: str) -> None:
    right, count = repair_mojibake(text)
    assert not any("\x80" <= char <= "\x9f" for char in right)
    assert (right == text) or count > 0


@given(st.text(alphabet=st.characters(min_codepoint=0xA0, max_codepoint=0x2FFF)))
def test_utf8_taken_for_windows_1252_comes_back(text: str) -> None:
    taken = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in f"{text}”".encode()
    )
    assert repair_mojibake(taken)[0] == f"{text}”"
    assert is_legal(repair_mojibake(taken)[0])
