"""Letters that nobody sees neither hide words nor split them, and stay in what is shown."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app.kit.text import check_visible, slug_of, without_unseen
from app.search.protocol import Document, Engine, Key, Label, Mark, Query
from tests.search.backends import BACKENDS

UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060"
    "\u2066\u2069\u3164\ufe0f\ufeff\uffa0\U000e0041\U000e0101"
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.fixture(params=[name for name in BACKENDS if name != "real server"])
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    def document(number: int, title: str, body: str) -> Document:
        return Document(
            Key("article", UUID(int=number)),
            Mark(number, bytes(16)),
            title,
            lang="es",
            body=body,
            published_at=datetime(2020, 1, number, tzinfo=UTC),
        )

    tag = Document(
        Key("tag", UUID(int=9)),
        Mark(9, bytes(16)),
        "Miner\u00adía",
        labels=(Label("Miner\u00adía", "es"),),
    )
    documents = (
        document(
            1, "Reforma consti\u00adtucio\u200bnal", f"La am\u00adnis\u2060tía {FAMILY} de todos"
        ),
        document(2, "Reforma constitucional, control", "La amnistía"),
        tag,
    )
    with BACKENDS[request.param].over(tmp_path, *documents) as engine:
        yield engine


def numbers(engine: Engine, text: str, **more: bool) -> set[int]:
    return {hit.key.id.int for hit in engine.search(Query(text, **more)).hits}


def test_words_are_found_through_them(engine: Engine, subtests: pytest.Subtests) -> None:
    for text in (
        *("constitucional", "amnistia", '"reforma constitucional"', '"la amnistía"'),
        *("constitu\u00adcional", "am\u200cnistía", "\ufeffconstitucional\u200b", "constituc"),
    ):
        with subtests.test(text=text):
            assert numbers(engine, text) == {1, 2}
    assert numbers(engine, "constitucional", exact=True) == {1, 2}
    assert numbers(engine, "tucio", exact=True) == set()
    for sign in UNSEEN:
        assert numbers(engine, f"amnis{sign}tía") == {1, 2}, hex(ord(sign))
        assert engine.search(Query(f"zzqx{sign}wvk")).total == 0


def test_they_stay_in_what_is_shown_and_marks_reach_over_them(engine: Engine) -> None:
    found = engine.search(Query("constitucional amnistía", highlight=True)).hits
    (marked,) = (hit.highlights for hit in found if hit.key.id.int == 1)
    assert marked is not None
    assert marked.title == "Reforma <mark>consti\u00adtucio\u200bnal</mark>"
    assert marked.body == f"La <mark>am\u00adnis\u2060tía</mark> {FAMILY} de todos"


def test_names_are_completed_through_them(engine: Engine, subtests: pytest.Subtests) -> None:
    for text in ("mineri", "mi\u200bneri", "constitucion"):
        with subtests.test(text=text):
            assert engine.suggest(text)
    (tag,) = engine.suggest("mineria")
    assert tag.highlighted == "<mark>Miner\u00adía</mark>"
    assert numbers(engine, "minería") == {9}


def test_slugs_know_nothing_of_them() -> None:
    for sign in UNSEEN:
        assert slug_of(f"Consti{sign}tucional") == "constitucional", hex(ord(sign))
    assert without_unseen("plain") == "plain"


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\u00ad\u2060", "\u3164", "\u2800 \u2800", "\u3000", "\ufe0f"]
)
def test_a_name_of_nothing_visible_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="nothing that can be seen"):
        check_visible(text)
    assert check_visible(f"{text}a{text}")
