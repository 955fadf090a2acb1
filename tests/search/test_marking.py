"""What is marked in what was found: the server's hits are marked here, as it would mark them."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.search.meilisearch.documents import key_of
from app.search.meilisearch.engine import MeilisearchEngine
from app.search.protocol import Engine, HitHighlights, Key, Query
from tests.search.backends import Backend
from tests.search.builders import WATER, article, thing

BODY = (
    "The indigenous consultation on human rights in Lima, 1998. "
    "El agua del río Marañón; mineral water, not the minerals of 1999. "
    "Landslide and land slide, a prize of Goldman, the Baroness Coussins. "
)
TEXTS = (
    article("a", "Consultation of the indigenous", BODY, summary="Mines, mining and a mine."),
    article("b", "Aguas & <b>ríos</b>", f"{BODY}Consultoría general, gender and generals."),
    thing("tag", "water", "Water", *WATER),
)


def shown(engine: Engine, text: str, **more: Any) -> dict[Key, HitHighlights]:
    hits = engine.search(Query(text, highlight=True, **more)).hits
    return {hit.key: hit.highlights for hit in hits if hit.highlights is not None}


def marked(text: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("indigenous consultation ", ["indigenous", "consultation"]),
        ("indigenus ", ["indigenous"]),  # a letter is missing
        ("consultatoin", ["consultation"]),  # two have changed places
        ("cansultation", ["consultation"]),
        ("consul", ["consultation"]),  # not typed to its end
        ("cansul", ["consultation"]),  # nor without a mistake
        ("1998 ", ["1998"]),  # 1999 is another year
        ("maranon ", ["Marañón"]),
        ("water ", ["agua", "water"]),  # names of one tag
        ('"human rights" ', ["human", "rights"]),
        ("land slide ", ["Landslide", "land", "slide"]),
        ("humanrights prize ", ["human", "rights", "prize"]),
        ("mine ", []),  # in the summary only
        ("coussins the ", ["Coussins"]),  # function words tell nothing
    ],
)
def test_words_are_marked_as_the_server_understands_them(
    server: Backend, tmp_path: Path, text: str, expected: list[str]
) -> None:
    with server.over(tmp_path, *TEXTS) as engine:
        assert marked(shown(engine, text)[TEXTS[0].key].body) == expected


def test_words_taken_as_written_are_marked_as_written(server: Backend, tmp_path: Path) -> None:
    with server.over(tmp_path, *TEXTS) as engine:
        exact = shown(engine, "mines ", exact=True)[TEXTS[0].key]
        loose = shown(engine, "mines ")[TEXTS[0].key]
    assert exact.summary == "<mark>Mines</mark>, mining and a mine."
    assert loose.summary == "<mark>Mines</mark>, mining and a <mark>mine</mark>."


def test_accents_that_stand_alone_belong_to_their_letter(backend: Backend, tmp_path: Path) -> None:
    decomposed = article("d", "Los nin\u0303os", "Los nin\u0303os. \N{KELVIN SIGN}.")
    with backend.over(tmp_path, decomposed) as engine:
        (hit,) = engine.search(Query("niños ", highlight=True)).hits
        (name,) = engine.suggest("niñ")
    assert hit.highlights == HitHighlights(
        "Los <mark>niños</mark>", "", "Los <mark>niños</mark>. \N{KELVIN SIGN}."
    )
    assert name.highlighted == "Los <mark>niños</mark>"


@pytest.mark.parametrize(
    "text",
    [
        *("indigenous ", "indigenus consultation ", "consultori", "gender", "agua ", "rios"),
        *("water", "mineral", "minerals 1999 ", '"land slide" ', "barones", "mines "),
    ],
)
def test_what_the_server_marks_itself_is_marked(
    server: Backend, tmp_path: Path, text: str, subtests: pytest.Subtests
) -> None:
    """Its marks are asked for beside ours: of each word that it marks, the whole is marked."""
    with server.over(tmp_path, *TEXTS) as engine:
        assert isinstance(engine, MeilisearchEngine)
        ours = shown(engine, text)
        answer = engine.connection.given_client().index(engine.uid).search(
            text,
            {
                "filter": "kind = article",
                "matchingStrategy": "frequency",
                "attributesToHighlight": ["title", "summary", "body"],
                "highlightPreTag": "<mark>",
                "highlightPostTag": "</mark>",
            },
        )  # fmt: skip
    assert answer["hits"]
    for hit in answer["hits"]:
        for name in ("title", "summary", "body"):
            with subtests.test(name=name):
                text = getattr(ours[key_of(hit["id"])], name)
                theirs = re.findall(r"<mark>(.*?)</mark>(\w*)", hit["_formatted"][name])
                whole = " ".join(begun + rest for begun, rest in theirs)
                passage = re.findall(r"\w+", re.sub("</?mark>", "", text))
                assert set(whole.split()) & set(passage) <= set(marked(text))


def test_a_passage_begins_with_a_line_or_a_word_and_ends_with_one(
    backend: Backend, tmp_path: Path
) -> None:
    before, after = "Lorem ipsum dolor sit amet. " * 12, "consectetur adipiscing elit, " * 12
    lined = article("l", "Lines", f"{before}\nA heading\nThe alpaca\nspits at {after}")
    plain = article("p", "Plain", f"{before}And the alpaca spits at {after}")
    with backend.over(tmp_path, lined, plain) as engine:
        found = shown(engine, "alpaca ")
    assert found[lined.key].body == (
        "…The <mark>alpaca</mark>\nspits at consectetur adipiscing elit, consectetur adipiscing "
        "elit, consectetur adipiscing elit, consectetur adipiscing elit, consectetur adipiscing "
        "elit, consectetur adipiscing elit,…"
    )
    assert found[plain.key].body == (
        "…Lorem ipsum dolor sit amet. And the <mark>alpaca</mark> spits at consectetur adipiscing "
        "elit, consectetur adipiscing elit, consectetur adipiscing elit, consectetur adipiscing "
        "elit, consectetur adipiscing elit,…"
    )
