"""A long question is widened by the texts that answer it, and by no others."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.search.embedded.engine import EmbeddedEngine
from app.search.embedded.feedback import Feedback
from app.search.embedded.matching import Ranking
from app.search.protocol import Filter, Query
from benchmarks.relevance.collections import judged_sample
from benchmarks.relevance.engines import Willay
from tests.search.builders import article, engine_of, names

scores = st.lists(st.floats(0.01, 30), max_size=40).map(lambda some: sorted(some, reverse=True))
documents = st.lists(
    st.tuples(st.floats(0.01, 1), st.sets(st.sampled_from([f"stem{n}" for n in range(30)]))),
    max_size=20,
)


@given(scores)
def test_only_documents_near_the_best_are_read_and_the_nearer_count_more(
    scores: list[float],
) -> None:
    weighed = Feedback().weigh_documents([(score, place) for place, score in enumerate(scores)])
    assert [place for _, place in weighed] == [
        place for place, score in enumerate(scores) if score >= scores[0] / 2
    ]
    weights = [weight for weight, _ in weighed]
    assert weights == sorted(weights, reverse=True)
    assert all(0.5**4 <= weight <= 1 for weight in weights)


@given(documents)
def test_added_stems_are_shared_and_weigh_as_much_as_is_allowed(
    documents: list[tuple[float, set[str]]],
) -> None:
    terms = Feedback().choose_terms(documents, len, 1_000)
    assert len(terms) <= 20
    assert all(sum(stem in stems for _, stems in documents) > 1 for stem, _ in terms)
    assert not terms or abs(sum(weight for _, weight in terms) - 0.3) < 1e-9


STORY = "The pipeline near the village broke and the river was fouled"
QUESTION = "why did the pipeline near the village break and foul the river"
OTHERS = tuple(
    article(f"other{n}", f"Other {n}", "The village council met. Football, harvest, school, music.")
    for n in range(30)
)


def test_a_text_of_the_same_story_in_other_words_is_found(tmp_path: Path) -> None:
    reports = (
        article("first", "First report", f"{STORY}. Crude, booms, Repsol, cormorants."),
        article("second", "Second report", f"{STORY}. Crude, booms, Repsol, fines."),
    )
    same = article("same", "A year later", "Crude and booms: Repsol at the river again.")
    stray = article("stray", "Boats", "Races at the river, with music and football again.")
    with engine_of(tmp_path, *reports, same, stray, *OTHERS) as engine:
        every = (*reports, same, stray, *OTHERS)
        widened = names(engine.search(Query(QUESTION)), *every)[:4]
        plain = names(engine.search(Query(QUESTION, exact=True)), *every)[:4]
    assert plain == ["First report", "Second report", "Boats", "A year later"]
    assert widened == ["First report", "Second report", "A year later", "Boats"]


def test_texts_far_from_the_best_lead_nowhere(tmp_path: Path) -> None:
    """Where one text answers, what the others share is another story."""
    mayor = article(
        "one", "Mayor", "The mayor of Espinar was arrested in the town hall in a strike."
    )
    strikes = [
        article(
            f"strike{n}", "Teachers", f"Teachers of the town in a strike: salaries, school {n}."
        )
        for n in range(9)
    ]
    with engine_of(tmp_path, mayor, *strikes, *OTHERS) as engine:
        question = "was the mayor of Espinar arrested in his town hall in a strike "
        widened, plain = engine.search(Query(question)), engine.search(Query(question, exact=True))
    assert len(plain.hits) > 9
    assert widened.hits == plain.hits


def test_function_words_of_another_language_are_words(tmp_path: Path) -> None:
    """In an English question `la` is a part of a name, and `son` a person."""
    oroya = article("oroya", "La Oroya wins", "A smelter town in the highlands.")
    others = [article(f"{n}", f"Oroya street {n}", "A street of a town.") for n in range(5)]
    father = article("son", "The son of the mayor", "He spoke.")
    with engine_of(tmp_path, *others, oroya, father) as engine:
        every = (oroya, father, *others)
        assert (
            names(engine.search(Query("what is the news of La Oroya ")), *every)[0] == oroya.title
        )
        assert (
            names(engine.search(Query("who is the son of the mayor ")), *every)[0] == father.title
        )
        spanish = names(engine.search(Query("qué son las calles de la Oroya ")), *every)
    assert father.title not in spanish


def test_regions_of_a_language_are_one_language(tmp_path: Path) -> None:
    oroya = article("oroya", "La Oroya wins", "A smelter town in the highlands.")
    others = [article(f"{n}", f"Oroya street {n}", "A street of a town.") for n in range(5)]
    with EmbeddedEngine(tmp_path, ("en", "en-GB", "es", "es-PE")) as engine:
        engine.apply([*others, oroya], [])
        for filters in (Filter(), Filter(languages=("en", "en-GB", "es"))):
            hits = engine.search(Query("what is the news of La Oroya ", filters)).hits
            assert hits[0].key == oroya.key


def test_a_large_index_is_gone_through_once_and_answers_the_same(tmp_path: Path) -> None:
    sample = judged_sample()
    questions = [topic.text for topic in sample.topics if len(topic.text.split()) > 5]
    with Willay(sample.documents) as twice, twice.with_ranking(Ranking(large=0)) as once:
        for text in questions:
            query = Query(text, limit=10, page=2)
            answers = [willay.engine.search(query) for willay in (twice, once)]
            assert answers[0].total == answers[1].total
            assert twice.best(text, 10) == once.best(text, 10), text
    assert len(questions) > 9
