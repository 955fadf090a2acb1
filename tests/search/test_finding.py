"""What a search finds, in which order, under which filters, whichever engine answers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import FOREVER, LONG_AGO
from app.search.protocol import DEEPEST, Engine, Filter, Label, Query
from tests.search.backends import Backend
from tests.search.builders import WATER, article, id_of, names, thing

DOCUMENTS = (
    article("spill", "Oil spill at Ventanilla", "Crude oil fouled the beaches.", 2022),
    article("derrame", "Petróleo en las playas", "El derrame llegó al mar.", 2022, lang="es"),
    article("lakes", "Farmers defend four lakes", "A mine would drain them.", 2011, labels=WATER),
    article("tariff", "Prices go up", "The tariff of tap water rises.", 2019),
    article("nino", "El Niño costero", "Lluvias y los niños sin escuela.", 2017, lang="es"),
    article("trial", "A trial in Lima", "Who is who in the dock; the mine is not named.", 2016),
    article("mines", "Mining and the mines", "Miners mined a mine.", 2015),
    article("aims", "Our aims", "Independent and accurate news.", 2018, article_kind="page"),
    article("org", "Organisation of American States", "It met in Lima.", 2014),
    thing("tag", "water", "Water", *WATER),
    thing("sponsor", "greene", "Graham Greene"),
    thing("committee_member", "coussins", "Baroness Coussins"),
)


@pytest.fixture(scope="module")
def engine(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with backend.over(tmp_path_factory.mktemp("index"), *DOCUMENTS) as opened:
        yield opened


def found(engine: Engine, text: str, **more: Any) -> list[str]:
    return names(engine.search(Query(text, **more)), *DOCUMENTS)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("oil spills", "Oil spill at Ventanilla"),
        ("derrames", "Petróleo en las playas"),
        ("PETROLEO", "Petróleo en las playas"),
        ("Nino", "El Niño costero"),
        ("niño", "El Niño costero"),
        ("nin\N{COMBINING TILDE}o", "El Niño costero"),
        ("organization", "Organisation of American States"),
        ("coussins", "Baroness Coussins"),
        ("Graham", "Graham Greene"),
        ("who is who", "A trial in Lima"),
        ("ventan", "Oil spill at Ventanilla"),
        ('"crude oil"', "Oil spill at Ventanilla"),
        ("«tap water»", "Prices go up"),
        ('"tap water', "Prices go up"),
    ],
)
def test_finds_words_in_either_language_however_written(
    engine: Engine, text: str, first: str
) -> None:
    assert found(engine, text)[0] == first


def test_a_tag_finds_its_articles_in_the_other_language(engine: Engine) -> None:
    assert found(engine, "agua") == ["Water", "Farmers defend four lakes", "Prices go up"]
    assert "Farmers defend four lakes" in found(engine, "rio")


def test_a_word_being_typed_may_be_unfinished_but_a_whole_one_wins(engine: Engine) -> None:
    assert "Mining and the mines" in found(engine, "min")
    assert found(engine, "min ") == []


def test_every_ending_of_an_unfinished_word_is_found(
    backend: Backend, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    endings = ("mission", "mittee", "munities", "pany", "pensation")
    documents = [article(f"{n}", f"Peru com{end}") for n, end in enumerate(endings)]
    with backend.over(tmp_path, *documents) as engine:
        for text in ("com", "peru com", "PERU  Com"):
            with subtests.test(text=text):
                assert len(engine.search(Query(text)).hits) == len(endings)


def test_phrases_hold_and_end_where_a_text_ends(engine: Engine) -> None:
    assert found(engine, '"oil spill"') == ["Oil spill at Ventanilla"]
    assert found(engine, '"spill oil"') == []
    assert found(engine, '"ventanilla crude"') == []
    assert found(engine, '"oil spills"') == []


def test_an_exclusion_excludes_and_alone_leaves_the_rest(engine: Engine) -> None:
    assert "A trial in Lima" not in found(engine, "mine -dock")
    assert "Mining and the mines" in found(engine, "mine -dock")
    rest = found(engine, '-mine -"crude oil" -water -petróleo')
    assert "Our aims" in rest
    assert not {"A trial in Lima", "Oil spill at Ventanilla", "Prices go up"} & set(rest)


def test_one_unknown_word_of_three_never_empties_the_page(engine: Engine) -> None:
    assert found(engine, "ventanilla zzyzx spill")[0] == "Oil spill at Ventanilla"


def test_words_side_by_side_settle_what_is_else_alike(backend: Backend, tmp_path: Path) -> None:
    documents = (
        article("apart", "Llosa and Vargas", "Two farmers."),
        article("beside", "And Vargas Llosa", "Two farmers."),
    )
    with backend.over(tmp_path, *documents) as engine:
        assert names(engine.search(Query("Vargas Llosa")), *documents)[0] == "And Vargas Llosa"


def test_title_beats_tags_and_tags_beat_a_passing_word(backend: Backend, tmp_path: Path) -> None:
    filler = "The council of the town met again and spoke of roads, schools and the harvest. " * 4
    documents = (
        article("body", "One", filler + "Somebody mentioned glaciers. " + filler),
        article("tag", "Two", filler * 2, labels=(Label("Glaciers", "en"),)),
        article("summary", "Three", filler * 2, summary="On glaciers."),
        article("title", "Glaciers", filler * 2),
    )
    with backend.over(tmp_path, *documents) as engine:
        assert names(engine.search(Query("glaciers")), *documents)[0] == "Glaciers"


def test_recency_settles_ties_and_nothing_more(backend: Backend, tmp_path: Path) -> None:
    documents = (
        article("old", "Harvest report", "Maize and beans.", 2001),
        article("new", "Harvest report", "Maize and beans.", 2025),
        article("newest", "Market report", "The harvest of maize was good.", 2026),
        *(article(f"other{n}", f"Story {n}", "Of something else.") for n in range(30)),
    )
    with backend.over(tmp_path, *documents) as engine:
        hits = engine.search(Query("harvest report")).hits[:3]
        assert [hit.key.id for hit in hits] == [id_of("new"), id_of("old"), id_of("newest")]
        assert 1 <= hits[0].score / hits[1].score < 1.03


def test_orders_by_date_with_what_has_none_at_the_end(engine: Engine) -> None:
    newest = found(engine, "", order="newest")
    assert newest[2:9] == [
        *("Prices go up", "Our aims", "El Niño costero", "A trial in Lima"),
        *("Mining and the mines", "Organisation of American States", "Farmers defend four lakes"),
    ]
    assert set(newest[9:]) == {"Water", "Graham Greene", "Baroness Coussins"}
    assert found(engine, "", order="oldest")[:2] == [newest[8], newest[7]]
    assert found(engine, "lima", order="oldest") == [
        "Organisation of American States",
        "A trial in Lima",
    ]


def test_blank_is_the_newest_and_no_words_are_nothing(
    engine: Engine, subtests: pytest.Subtests
) -> None:
    assert found(engine, "  \n")[:2] == found(engine, "", order="newest")[:2]
    assert engine.search(Query("")).total == len(DOCUMENTS)
    for text in ("🙂", "???", '"', '""', "-", "\x00\x1f", "(*:*)"):
        with subtests.test(text=text):
            assert engine.search(Query(text)).total == 0


def test_the_grammar_of_the_library_means_nothing(
    engine: Engine, subtests: pytest.Subtests
) -> None:
    for text in ("kind:0", "key:cursor", "title:[a TO z]", "id:IN [x]", "*", "cursor start"):
        with subtests.test(text=text):
            assert all(hit.key.id != id_of("greene") for hit in engine.search(Query(text)).hits), (
                text
            )
    assert found(engine, "title:ventanilla^9 AND (spill OR +oil~2)")[0] == "Oil spill at Ventanilla"


def test_filters_narrow_and_facets_count_what_is_left(
    backend: Backend, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    mining, gold, water = id_of("mining"), id_of("gold"), id_of("water")
    since, tick = datetime(2015, 7, 1, tzinfo=UTC), timedelta(microseconds=1)
    documents = (
        article("a", "Mine a", year=2010, tag_ids=(mining,), authors=("ana",), syndicatable=True),
        article("b", "Mine b", year=2015, tag_ids=(mining, gold), lang="es"),
        article("c", "Mine c", year=2020, tag_ids=(water,), article_kind="page"),
        article("d", "Mine d", year=2021, tag_ids=(water, gold), authors=("ana", "bo")),
        thing("tag", "t", "Mine tag"),
    )
    expected: list[tuple[Filter, str]] = [
        (Filter(all_of=((mining, water), (gold,))), "bd"),
        (Filter(none_of=((gold,),), kinds=("article",)), "ac"),
        (Filter(author="ana"), "ad"),
        (Filter(languages=("es",)), "bt"),
        (Filter(languages=("es",), kinds=("article",)), "b"),
        (Filter(article_kinds=("page",)), "c"),
        (Filter(kinds=("tag",)), "t"),
        (Filter(ids=(id_of("a"), id_of("t"), id_of("nobody"))), "at"),
        (Filter(since=since), "bcd"),
        (Filter(until=since), "a"),
        (Filter(until=since, until_inclusive=True), "ab"),
        (Filter(periods=((since, since + tick),)), "b"),
        (Filter(periods=((since - tick, since),)), ""),
        (Filter(periods=((LONG_AGO, since), (since + tick, FOREVER))), "acd"),
        (Filter(updated_since=datetime(2020, 7, 2, tzinfo=UTC)), "cd"),
        (Filter(since=since + tick), "cd"),
        (Filter(syndicatable=True), "a"),
        (Filter(all_of=((id_of("unknown"),),)), ""),
        (Filter(all_of=((),)), ""),
    ]
    with backend.over(tmp_path, *documents) as engine:
        for chosen, letters in expected:
            for text in ("mine", "", "min", '"mine"', "mine zzz"):
                with subtests.test(text=text):
                    query = Query(text, chosen, facets=("tags", "lang", "year", "kind"))
                    answer = engine.search(query)
                    wanted = {id_of(letter) for letter in letters}
                    assert {hit.key.id for hit in answer.hits} == wanted, (text, chosen)
                    assert answer.total == len(letters)
                    assert sum(count for _, count in answer.facets["kind"]) == len(letters)
        every = engine.search(Query("mine", facets=("tags", "lang", "year", "kind"))).facets
    assert set(every["tags"]) == {(tag.hex, 2) for tag in (mining, gold, water)}
    assert every["lang"] == (("en", 3), ("es", 1))
    assert set(every["year"]) == {("2010", 1), ("2015", 1), ("2020", 1), ("2021", 1)}
    assert every["kind"] == (("article", 4), ("tag", 1))


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_pages_join_without_gap_or_repetition(backend: Backend, tmp_path: Path, order: Any) -> None:
    documents = [article(f"{n}", f"Report {n % 7}", "mine " * (n % 5), 1990 + n) for n in range(45)]
    with backend.over(tmp_path, *documents) as engine:
        pages = [
            engine.search(Query("report", order=order, limit=10, page=page)) for page in range(1, 7)
        ]
        whole = engine.search(Query("report", order=order, limit=45))
        more = engine.search(Query("report", order=order, limit=10, page=2, extra=3))
    joined = [hit for page in pages for hit in page.hits]
    assert joined == list(whole.hits)
    assert list(more.hits) == joined[10:23]
    assert {page.total for page in pages} == {45}
    assert pages[-1].hits == ()


def test_pages_end_where_honesty_ends(engine: Engine, subtests: pytest.Subtests) -> None:
    assert engine.search(Query("mine", limit=100, page=DEEPEST // 100)).hits == ()
    for limit, page in ((100, DEEPEST // 100 + 1), (0, 1), (10, 0)):
        with (
            subtests.test(limit=limit, page=page),
            pytest.raises(ValueError, match="pages go"),
        ):
            engine.search(Query("mine", limit=limit, page=page))


def test_highlights_mark_what_was_meant_and_escape_all_else(
    backend: Backend, tmp_path: Path
) -> None:
    body = (
        "Nothing here. " * 40 + 'The <b>niños</b> & "mines" of <script>x</script> the mining town.'
    )
    document = article("a", "Mines & <i>niños</i>", body, summary="A mine; mineral water.")
    with backend.over(tmp_path, document) as engine:
        asked = "mining ninos" if backend.has_stems else "mining mines ninos"
        (hit,) = engine.search(Query(asked, highlight=True)).hits
        (typed,) = engine.search(Query("mineral", highlight=True)).hits
        (plain,) = engine.search(Query("mining")).hits
    assert plain.highlights is None
    marked = hit.highlights
    assert marked is not None
    assert typed.highlights is not None
    assert marked.title == "<mark>Mines</mark> &amp; &lt;i&gt;<mark>niños</mark>&lt;/i&gt;"
    assert marked.summary == "A <mark>mine</mark>; mineral water."
    assert typed.highlights.summary == "A mine; <mark>mineral</mark> water."
    assert marked.body.startswith("…")
    assert len(marked.body) < 400
    assert (
        "&lt;b&gt;<mark>niños</mark>&lt;/b&gt; &amp; &quot;<mark>mines</mark>&quot;" in marked.body
    )
    assert "&lt;script&gt;" in marked.body
    assert "<mark>mining</mark> town." in marked.body


def test_facets_count_anew_after_a_commit(backend: Backend, tmp_path: Path) -> None:
    query = Query("mine", facets=("lang",))
    with backend.over(tmp_path, article("a", "A mine")) as engine:
        for _ in range(2):
            assert engine.search(query).facets == {"lang": (("en", 1),)}
        engine.apply([article("b", "The mine", lang="es")], [])
        assert set(engine.search(query).facets["lang"]) == {("en", 1), ("es", 1)}


def test_a_question_taken_word_for_word_is_answered_where_not_all_of_it_is_said(
    engine: Engine,
) -> None:
    for text in ("farmers defend lakes tomorrow", "who are farmers that defend oceans and rivers"):
        assert found(engine, text, exact=True)[:1] == ["Farmers defend four lakes"], text
    assert found(engine, "farmrs defnd tomorow", exact=True) == []


def test_signs_separate_words_and_stay_in_what_is_shown(backend: Backend, tmp_path: Path) -> None:
    title = "Repsol fined US$5,000~10,000"
    text = article("a", title, "A=B: <land>reform</land>, 20€/hectare, cold^cash, 30°south.")
    with backend.over(tmp_path, text, article("b", "Another")) as engine:
        for words in ("fined 5", '"us$5,000"', "b", "land reform", "hectare 20", "cash", "south"):
            (hit,) = engine.search(Query(f"{words} ", highlight=True)).hits
            assert hit.key == text.key, words
            assert hit.highlights is not None
            bare = re.sub("</?mark>", "", hit.highlights.title)
            assert bare == title, words
