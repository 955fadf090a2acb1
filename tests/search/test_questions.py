"""Whole questions on a search server, whose own order knows only how many words a text holds."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search.protocol import FACET_NAMES, Engine, Filter, Query
from tests.search.backends import Backend, engine_at
from tests.search.builders import article, names
from tests.search.double.server import MASTER, Double, serving

LISTED = "highlanders protesting against governments, corporations, multinationals "
QUESTION = "did the farmers of the highlands protest against mining companies in the provinces "
ANSWER = article(
    "answer", "A day of anger", "Highland farmer protests: a mining company left the province."
)
TITLED = article("titled", "Mining companies and farmers", "A report.")
STRAY = article("stray", "Football", "The highlands won again.")
FILLING = [article(f"{n}", f"Companies {n}", "Provinces and companies.") for n in range(30)]
TEXTS = (ANSWER, TITLED, STRAY, *FILLING)


@pytest.fixture(scope="module")
def engine(server: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with server.over(tmp_path_factory.mktemp("index"), *TEXTS) as opened:
        yield opened


def test_texts_with_most_of_the_rarer_words_come_first_in_whatever_form(engine: Engine) -> None:
    found = names(engine.search(Query(QUESTION)), *TEXTS)
    assert found[:2] == [ANSWER.title, TITLED.title]
    narrowed = Filter(ids=(STRAY.key.id,))
    assert names(engine.search(Query(QUESTION, narrowed)), *TEXTS) == [STRAY.title]


def test_no_word_must_be_present(engine: Engine) -> None:
    """The rarest words of a question are often names that no text has."""
    asked = "did Wilfredo and Hermelinda protest with the farmers against a mining company "
    assert ANSWER.title in names(engine.search(Query(asked)), *TEXTS)[:2]


def test_word_for_word_each_word_is_itself(engine: Engine) -> None:
    for text in (QUESTION, f"{QUESTION}with Wilfredo and Hermelinda "):
        exact = names(engine.search(Query(text, exact=True)), *TEXTS)
        assert exact[0] == TITLED.title
        assert exact[1] != ANSWER.title, "its words have other forms"
    short = engine.search(Query("farmers companies Hermelinda ", exact=True))
    assert names(short, *TEXTS)[0] == TITLED.title
    by_date = engine.search(Query("farmers companies Hermelinda ", exact=True, order="newest"))
    assert by_date.total == short.total > 0


def test_pages_totals_and_facets_are_of_one_answer(engine: Engine) -> None:
    whole = engine.search(Query(QUESTION, limit=100, facets=FACET_NAMES))
    assert len({hit.key for hit in whole.hits}) == len(whole.hits) == whole.total
    scores = [hit.score for hit in whole.hits]
    assert 1 >= scores[0] > scores[-1] > 0
    assert scores == sorted(scores, reverse=True)
    assert whole.facets["kind"] == (("article", whole.total),)
    assert whole.facets["tags"] == ()
    pages = [engine.search(Query(QUESTION, limit=7, page=page, extra=2)) for page in range(1, 7)]
    assert [hit.key for page in pages for hit in page.hits[:7]] == [hit.key for hit in whole.hits]
    assert {page.total for page in pages} == {whole.total}
    beyond = engine.search(Query(QUESTION, page=50, highlight=True, facets=("lang",)))
    assert (beyond.hits, beyond.total) == ((), whole.total)
    nothing = engine.search(
        Query(QUESTION, Filter(author="nobody"), facets=("lang",), highlight=True)
    )
    assert (nothing.hits, nothing.total, nothing.facets) == ((), 0, {"lang": ()})


def test_exclusions_and_the_unfinished_word_hold(engine: Engine) -> None:
    without = engine.search(Query(f"{QUESTION}-anger "))
    assert names(without, *TEXTS)[0] == TITLED.title
    assert ANSWER.title not in names(without, *TEXTS)
    typed = "why are farmers who live in the highlands in ang"
    assert ANSWER.title in names(engine.search(Query(typed)), *TEXTS)[:2]


def test_other_forms_are_marked(engine: Engine) -> None:
    (hit,) = engine.search(Query(QUESTION, Filter(ids=(ANSWER.key.id,)), highlight=True)).hits
    assert hit.highlights is not None
    marked = re.findall("<mark>(.*?)</mark>", hit.highlights.body)
    assert marked == ["Highland", "farmer", "protests", "mining", "company", "province"]


def test_words_without_a_list_of_their_own_are_read_in_the_texts(
    server: Backend, tmp_path: Path
) -> None:
    """Both have the longest words. Of the others the server is not asked."""
    with_all = f"{LISTED} Gold was there, and a wall and a pony."
    texts = (
        article("repeats", "One", f"{LISTED} {LISTED}", year=2021),
        article("all", "Two", with_all, year=2019),
    )
    with server.over(tmp_path, *texts) as engine:
        found = engine.search(Query(f"{LISTED} with gold, a wall and a pony ", highlight=True))
    assert names(found, *texts) == ["Two", "One"]
    highlights = found.hits[0].highlights
    assert highlights is not None
    marked = re.findall("<mark>(.*?)</mark>", highlights.body)
    words = "highlanders protesting governments corporations multinationals Gold wall pony"
    assert marked == words.split()


def test_what_a_text_repeats_counts_more_and_its_length_less(
    server: Backend, tmp_path: Path
) -> None:
    """Nothing else differs, but for the year: the newer one would come first among equals."""
    texts = (
        article("once", "Once", LISTED, year=2021),
        article("twice", "Twice", f"{LISTED} {LISTED}", year=2020),
        article("long", "Long", f"{LISTED} {'and so on ' * 150}", year=2022),
    )
    with server.over(tmp_path, *texts) as engine:
        assert names(engine.search(Query(LISTED)), *texts) == ["Twice", "Once", "Long"]


def test_where_no_text_has_the_longest_words_the_others_are_searched(engine: Engine) -> None:
    longest = "extraterrestrials parapsychologists photosynthesising counterrevolutionary"
    asked = f"{longest} and uncharacteristically farmers protesting "
    for exact, expected in ((False, [ANSWER.title, TITLED.title]), (True, [TITLED.title])):
        found = engine.search(Query(asked, exact=exact))
        assert names(found, *TEXTS)[:2] == expected
    assert engine.search(Query(f"{longest} and uncharacteristically ")).total == 0


def test_a_question_takes_one_request_and_one_for_facets(tmp_path: Path) -> None:
    double = Double()
    with serving(double) as url, engine_at(url, MASTER) as engine:
        engine.apply(TEXTS, [], "start")
        engine.search(Query("anger", highlight=True))  # it reads the synonyms now and then
        for query, paths in (
            (Query(QUESTION), ["/multi-search"]),
            (Query(QUESTION, highlight=True), ["/multi-search"]),
            (Query(QUESTION, exact=True), ["/multi-search"]),
            (Query(QUESTION, facets=FACET_NAMES), ["/multi-search", "/indexes/willay/search"]),
        ):
            double.asked.clear()
            assert engine.search(query).total
            assert [asked.path for asked in double.asked] == paths
