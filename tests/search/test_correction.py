"""Misspelt, split and joined words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.vocabulary import SHORTEST
from app.search.protocol import Filter, Query
from tests.search.builders import article, engine_of, id_of

DOCUMENTS = (
    article("truth", "Truth commission delivers its report", "Human rights and reconciliation."),
    article("crowd", "Crowdfunding appeal", "Thank you for your gifts."),
    article("mine", "Mining at Yanacocha", "Gold, and the water of the farmers."),
    article("court", "The court and the copper", "A river court."),
    article("agua", "Educación y agua", "Los niños de la comunidad.", lang="es"),
    article("form", "A form from the farm", "Fill in the form."),
    *(article(f"rights{n}", f"Human rights in region {n}", "Reports.") for n in range(30)),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    with engine_of(tmp_path_factory.mktemp("index"), *DOCUMENTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "corrected", "first"),
    [
        ("comission truth", "commission truth", "truth"),
        ("reconcilliaton ", "reconciliation ", "truth"),
        ("yanacoca", "yanacocha", "mine"),
        ("Yanacohca gold", "yanacocha gold", "mine"),
        ("crowd funding", "crowdfunding", "crowd"),
        ("humanrights reconciliation", "human rights reconciliation", "truth"),
        ("educasión", "educacion", "agua"),
        ("ruth commission", "truth commission", "truth"),
        ('waetr "of the farmers"', 'water "of the farmers"', "mine"),
    ],
)
def test_corrects_against_the_words_of_the_index(
    engine: EmbeddedEngine, text: str, corrected: str, first: str
) -> None:
    found = engine.search(Query(text))
    assert found.corrected == corrected
    assert found.hits[0].key.id == id_of(first)


def test_an_edit_at_any_place_of_a_word_is_mended(tmp_path: Path) -> None:
    """Whichever letters the edit leaves as they were, at the beginning or at the end."""
    words = ("lima", "corte", "bosque", "kantuta")
    document = article("words", "Words", " ".join(words), lang="qu")
    with EmbeddedEngine(tmp_path, ("qu",)) as engine:  # without stems: each word is only itself
        engine.apply([document], [])
        wrong = {
            text: engine.search(Query(f"{text} ")).corrected
            for word in words
            for text in _edits(word)
            if len(text) >= SHORTEST
        }
    assert len(wrong) > 80
    assert {text for text, corrected in wrong.items() if corrected is None} == set()


def test_two_edits_of_a_long_word_are_mended_where_a_third_of_it_is_right(tmp_path: Path) -> None:
    with EmbeddedEngine(tmp_path, ("qu",)) as engine:
        engine.apply([article("words", "Words", "ayacucho chumbivilcas", lang="qu")], [])
        for text in ("ayacocha ", "iyacuxho ", "chambibilcas ", "xhunbivilcas ", "chumbivilkaz "):
            assert engine.search(Query(text)).corrected, text


def _edits(word: str) -> Iterator[str]:
    """The word with one letter dropped, added, replaced or changed about, at every place."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield f"{before}z{after}"
        if after:
            yield before + after[1:]
            yield f"{before}z{after[1:]}"
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]


def test_who_insists_gets_the_words_as_written_and_a_hint(engine: EmbeddedEngine) -> None:
    found = engine.search(Query("comission truth", exact=True))
    assert (found.corrected, found.did_you_mean) == (None, "commission truth")
    assert engine.search(Query("yanacoca", exact=True)).hits == ()


@pytest.mark.parametrize(
    "text",
    [
        "truth commission",  # as it should be
        "reports delivering",  # other forms of words that are there
        '"truth comission"',  # quoted: as it is
        "truth commissi",  # being typed
        "copper 1234567",  # a number
        "oro",  # too short
        "xqzwvk",  # near nothing
        "truth -comission",  # excluded
    ],
)
def test_stays_out_of_the_way(engine: EmbeddedEngine, text: str) -> None:
    assert engine.search(Query(text)).corrected is None


def test_asks_when_every_word_is_known_but_they_never_meet(engine: EmbeddedEngine) -> None:
    assert engine.search(Query("rights forn")).corrected is None
    found = engine.search(Query("farm riggts"))
    assert found.hits
    assert engine.search(Query("truth rights")).did_you_mean is None


def test_searches_a_word_of_the_same_beginning_where_nothing_is_found(
    engine: EmbeddedEngine,
) -> None:
    found = engine.search(Query("commissionership "))
    assert (found.total, found.corrected, found.did_you_mean) == (1, "commission ", None)
    assert engine.search(Query("crowdy ")).corrected == "crowdfunding "
    exact = engine.search(Query("commissionership ", exact=True))
    assert (exact.total, exact.corrected, exact.did_you_mean) == (0, None, None)
    assert engine.search(Query("truth commissionership ")).did_you_mean is None
    for text in ("xqzwvk ", "trufle ", "2019commission ", '"commissionership" '):
        nothing = engine.search(Query(text))
        assert (nothing.total, nothing.corrected, nothing.did_you_mean) == (0, None, None), text


def test_corrects_to_what_the_filter_leaves(tmp_path: Path) -> None:
    """A word that only other documents hold would be announced over an empty page."""
    english = [article(f"en{n}", "The commission", "Reports.") for n in range(5)]
    spanish = article("es", "La comision", "Informes.", lang="es")
    with engine_of(tmp_path, *english, spanish, *DOCUMENTS) as engine:

        def corrected(text: str, lang: str) -> tuple[int, str | None, str | None]:
            found = engine.search(Query(text, Filter(languages=(lang,))))
            return found.total, found.corrected, found.did_you_mean

        assert corrected("commisson ", "en") == (6, "commission ", None)
        assert corrected("comission ", "es") == (1, "comision ", None)
        for text in ("yanacoca ", "humanrights ", "crowd funding ", "reconciliationism "):
            assert corrected(text, "en")[:1] > (0,)
            assert corrected(text, "es") == (0, None, None), text
        assert corrected('comission "of the farmers"', "es") == (0, None, None)
        assert corrected("commission ", "es") == (0, None, None)  # known, though not there


def test_asks_for_the_commoner_word(tmp_path: Path) -> None:
    documents = [article(f"{n}", "Copper and gold mining", "Long text.") for n in range(60)]
    rare = article("typo", "A note", "The word minimg is a slip.")
    with engine_of(tmp_path, rare, *documents) as engine:
        found = engine.search(Query("minimg gold "))
        assert found.did_you_mean == "mining gold "
        assert found.corrected is None
        assert found.hits


def test_new_words_are_known_after_the_commit(tmp_path: Path) -> None:
    with engine_of(tmp_path, *DOCUMENTS) as engine:
        assert engine.search(Query("chinchero airportt")).corrected is None
        engine.apply([article("new", "Chinchero airport", "A new runway.")], [])
        assert engine.search(Query("chinchero airportt")).corrected == "chinchero airport"
