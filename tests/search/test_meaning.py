"""With a model, an English question finds what says the same in other words; nothing else moves."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.search.embedded.engine import EmbeddedEngine
from app.search.lazy import LazyEngine
from app.search.protocol import Filter, Key, Query, SearchResult
from tests.search.builders import WATER, article, engine_of, id_of, ids, names, thing
from tests.search.topic_encoder import OTHERS, TopicEncoder, meaning_engine

QUESTION = "what became of the petroleum that leaked"
SLICK = article("slick", "Crude on the beaches", "A slick of crude reached Ancon.", 2021)
FLOOD = article("flood", "Rain again", "The rain and a flood in Piura.", 2022)
SPANISH = article("derrame", "Derrame de crudo", "El crudo llegó a la playa.", 2021, lang="es")
EVERY = (SLICK, FLOOD, SPANISH)


def test_a_question_finds_a_text_that_has_none_of_its_words(tmp_path: Path) -> None:
    query = Query(QUESTION, facets=("lang", "year"), highlight=True)
    with engine_of(tmp_path / "off", *EVERY, *OTHERS) as engine:
        assert engine.search(query).total == 0
    with meaning_engine(tmp_path / "on", *EVERY) as engine:
        result = engine.search(query)
    assert names(result, *EVERY) == ["Crude on the beaches"]
    assert (result.total, result.total_is_exact, result.corrected) == (1, True, None)
    assert result.facets == {"lang": (("en", 1),), "year": (("2021", 1),)}
    assert result.hits[0].highlights is not None
    assert result.hits[0].highlights.title == "Crude on the beaches"


def test_meaning_decides_the_order_among_texts_with_the_same_words(tmp_path: Path) -> None:
    question = "what did the council say of petroleum in the village"
    council = "The council of the village spoke."
    both = (
        article("dry", "Village council", f"{council} Harvest, harvest.", 2023),
        article("wet", "Village council", f"{council} Crude, slick.", 2001),
    )
    with engine_of(tmp_path / "off", *both, *OTHERS) as engine:
        assert ids(engine, question)[0] == id_of("dry")
    with meaning_engine(tmp_path / "on", *both) as engine:
        assert ids(engine, question)[0] == id_of("wet")


@pytest.mark.parametrize(
    "query",
    [
        Query("qué pasó con el petroleum que leaked"),
        Query("el crudo de la playa"),
        Query("petroleum leaked"),
        Query("president of"),
        Query('what became of "the petroleum" that leaked'),
        Query("what became of the rain -flood"),
        Query("what became of the rain", exact=True),
        Query("what became of the rain", order="newest"),
        Query("what became of the rain", filter=Filter(languages=("es",))),
        Query("what is the frobnication of the zzzz"),
        Query(""),
    ],
    ids=lambda query: f"{query.text} {query.order}",
)
def test_what_is_no_english_question_is_answered_as_without_a_model(
    tmp_path: Path, query: Query
) -> None:
    asked = replace(query, facets=("lang",), limit=50)
    with engine_of(tmp_path / "off", *EVERY, *OTHERS) as engine:
        plain = engine.search(asked)
    with meaning_engine(tmp_path / "on", *EVERY) as engine:
        assert _rounded(engine.search(asked)) == _rounded(plain)


def _rounded(result: SearchResult) -> Any:
    hits = [(hit.key, hit.version, round(hit.score, 3)) for hit in result.hits]
    # Ties by date have no order of their own.
    return sorted(map(str, hits)), replace(result, hits=())


@pytest.mark.parametrize(
    "filters",
    [
        Filter(kinds=("tag",)),
        Filter(ids=(FLOOD.key.id,)),
        Filter(without=(SLICK.key,)),
        Filter(author="nobody"),
        Filter(article_kinds=("page",)),
        Filter(syndicatable=True),
        Filter(until=SPANISH.published_at),
    ],
    ids=repr,
)
def test_a_filter_holds_for_what_is_found_by_meaning(tmp_path: Path, filters: Filter) -> None:
    with meaning_engine(tmp_path, *EVERY) as engine:
        assert ids(engine, QUESTION) == [id_of("slick")]
        result = engine.search(Query(QUESTION, filter=filters, facets=("kind",)))
    assert (result.hits, result.total, result.facets) == ((), 0, {"kind": ()})


def test_pages_repeat_nothing_and_leave_nothing_out(tmp_path: Path) -> None:
    """More hits than change places, some found by meaning alone, of which some are by words too."""
    question = "what do the council and the village say of petroleum"
    many = [
        article(f"m{n}", f"Village {n}", f"The council of the village {'met ' * (n % 13)}")
        for n in range(130)
    ]
    wet = [
        article(f"w{n}", f"Slick {n}", "Crude " * 90 + "village council" * (n % 2))
        for n in range(12)
    ]
    with meaning_engine(tmp_path, *many, *wet) as engine:
        whole = engine.search(Query(question, limit=200, facets=("lang",)))
        found = [hit.key.id for hit in whole.hits]
        assert whole.total == len(found) == len(set(found)) == 130 + 30 + 12
        assert whole.facets["lang"] == (("en", 172),)
        scores = [hit.score for hit in whole.hits]
        assert scores == sorted(scores, reverse=True)
        for size in (7, 50, 120):
            paged: list[Any] = []
            for page in range(1, 172 // size + 2):
                result = engine.search(Query(question, limit=size, page=page, extra=2))
                assert result.total == 172
                paged += [hit.key.id for hit in result.hits][:size]
            assert paged == found, size


def test_a_hit_far_from_the_question_has_a_score_that_is_not_negative(tmp_path: Path) -> None:
    best = article("best", "Petroleum of the village council", "Petroleum of the council. " * 9)
    far = article("far", "President", f"President released. {'x ' * 900} council village.")
    near = [article(f"n{n}", f"Slick {n}", "Crude, crude.") for n in range(60)]
    with meaning_engine(tmp_path, best, far, *near) as engine:
        found = engine.search(Query("what is the petroleum of the village council", limit=200))
    scores = {hit.key.id: hit.score for hit in found.hits}
    assert scores[id_of("far")] == 0 == min(scores.values())


def test_what_is_deleted_or_corrected_is_not_found_by_what_it_meant(tmp_path: Path) -> None:
    with meaning_engine(tmp_path, *EVERY) as engine:
        assert ids(engine, QUESTION) == [id_of("slick")]
        engine.apply([article("slick", "Crocheting", "Wool.", version=2)], [], "2")
        assert ids(engine, QUESTION) == []
        engine.apply([SLICK], [], "3")
        assert ids(engine, QUESTION) == [id_of("slick")]
        engine.apply([], [SLICK.key], "4")
        assert ids(engine, QUESTION) == []
        engine.rewrite([[FLOOD, *OTHERS]], "5")
        assert ids(engine, QUESTION) == []
        assert ids(engine, "what did the deluge do") == [id_of("flood")]


def test_a_reader_sees_what_another_process_commits(tmp_path: Path) -> None:
    with (
        meaning_engine(tmp_path, FLOOD) as writer,
        EmbeddedEngine(tmp_path, ("en", "es"), encoder=TopicEncoder(), patience=30.0) as reader,
    ):
        assert ids(reader, QUESTION) == []
        writer.apply([SLICK], [], "2")
        assert ids(reader, QUESTION) == [id_of("slick")]
        writer.apply([], [SLICK.key], "3")
        assert ids(reader, QUESTION) == []


def test_a_text_is_encoded_again_only_if_it_changed_or_all_is_rewritten(tmp_path: Path) -> None:
    encoder = TopicEncoder()
    tag = thing("tag", "water", "Water", *WATER)
    with meaning_engine(tmp_path, SLICK, SPANISH, tag, encoder=encoder) as engine:
        assert len(encoder.encoded) == 2 + len(OTHERS), "all but the Spanish text"
        encoder.encoded.clear()
        engine.apply([replace(SLICK, labels=WATER), SPANISH], [], "2")
        assert encoder.encoded == []
        assert ids(engine, QUESTION) == [id_of("slick")]
        engine.apply([replace(SLICK, body="Other words.")], [], "3")
        assert encoder.encoded == ["Crude on the beaches"]
        engine.rewrite([[SLICK, FLOOD]], "4")
        assert encoder.encoded == ["Crude on the beaches"] * 2 + ["Rain again"]


def test_seals_agree_without_encoding(tmp_path: Path) -> None:
    encoder = TopicEncoder()
    tag = thing("tag", "water", "Water", *WATER)
    documents = {document.key: document for document in (SLICK, SPANISH, tag)}
    with meaning_engine(tmp_path, *documents.values(), encoder=encoder) as engine:
        encoder.encoded.clear()
        seals = engine.seals(list(documents))
        assert seals == {key: engine.seal(document) for key, document in documents.items()}
        assert encoder.encoded == []
        # A vector that is missing where there must be one is a difference.
        assert engine.seal(replace(SPANISH, lang="en")) != seals[SPANISH.key]


def test_another_model_gets_an_index_of_its_own_and_the_former_one_goes(tmp_path: Path) -> None:
    def folders() -> set[str]:
        return {path.name for path in tmp_path.iterdir() if path.is_dir()}

    with meaning_engine(tmp_path, SLICK, encoder=TopicEncoder("aa00aa00")):
        [former] = folders()
    held = LazyEngine(tmp_path, ("en", "es"), TopicEncoder("bb00bb00"))
    assert (held.get().count(), held.get().cursor()) == (0, None)
    assert len(folders()) == 2
    held.to_write().apply([SLICK, *OTHERS], [], "anew")
    assert held.get().count() == 1 + len(OTHERS)
    assert len(folders()) == 1
    assert former not in folders()
    held.close()
    with engine_of(tmp_path, SLICK) as engine:
        assert engine.count() == 1
    assert folders() == {engine.folder.name}, "as before there was any model"


def test_an_archive_of_a_few_texts_says_nothing_of_what_is_near(tmp_path: Path) -> None:
    """Three texts have no mean from which one could be far."""
    with EmbeddedEngine(tmp_path, ("en", "es"), encoder=TopicEncoder(), patience=30.0) as engine:
        assert ids(engine, QUESTION) == []
        engine.apply([SLICK], [], "1")
        assert ids(engine, QUESTION) == []
        assert ids(engine, "what is the crude") == [id_of("slick")]
        engine.apply([], [Key("article", id_of("slick"))], "2")
        assert ids(engine, "what is the crude") == []


OFF = """
import sys
from pathlib import Path
import app.main
from app.search.embedded.engine import EmbeddedEngine
from app.search.protocol import Query
from tests.search.builders import article
with EmbeddedEngine(Path(sys.argv[1]), ("en", "es")) as engine:
    engine.apply([article("a", "Oil on the beach")], [], "1")
    assert engine.search(Query("what became of the oil")).total == 1
print(sorted({"numpy", "onnxruntime"} & set(sys.modules)))
"""


def test_without_a_model_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = [sys.executable, "-c", OFF, str(tmp_path)]
    done = subprocess.run(code, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
