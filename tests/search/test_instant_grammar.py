"""The filter grammar of Meilisearch's clients, against a judge that reads the tree itself."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from app.errors import BadRequest
from app.search.instant.filter_builder import FilterVocabulary, to_filter
from app.search.instant.grammar import Clauses, Condition, parse_clauses
from app.search.instant.periods import ALWAYS, periods, spans, union
from app.search.protocol import Filter

NAMES = st.sampled_from(["tags", "lang", "year"])
VALUES = st.one_of(st.sampled_from(["a", "b", "12"]), st.text("ab\"'\\ ()[],=ñ\n", max_size=5))
SIGNS = {
    "=": lambda held, value: held == value,
    "!=": lambda held, value: held != value,
    ">": lambda held, value: held > value,
    ">=": lambda held, value: held >= value,
    "<": lambda held, value: held < value,
    "<=": lambda held, value: held <= value,
}
LEAVES = st.one_of(
    st.tuples(st.sampled_from(sorted(SIGNS)), NAMES, VALUES),
    st.tuples(st.sampled_from(["IN", "NOT IN"]), NAMES, st.lists(VALUES, max_size=3)),
    st.tuples(st.just("TO"), NAMES, st.tuples(VALUES, VALUES)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner),
        st.tuples(st.just("NOT"), inner),
    ),
    max_leaves=6,
)
DOCUMENTS = st.fixed_dictionaries({"tags": VALUES, "lang": VALUES, "year": VALUES})


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(tree: Any) -> str:
    match tree:
        case ("AND" | "OR" as word, one, other):
            return f"({written(one)}) {word} ({written(other)})"
        case ("NOT", one):
            return f"NOT ({written(one)})"
        case ("IN" | "NOT IN" as word, name, values):
            return f"{name} {word} [{', '.join(map(quoted, values))}]"
        case ("TO", name, (low, high)):
            return f"{quoted(name)} {quoted(low)} TO {quoted(high)}"
        case (sign, name, value):
            return f"{name}{sign}{quoted(value)}"
    raise AssertionError(tree)


def judged(tree: Any, document: dict[str, str]) -> bool:
    match tree:
        case ("AND", one, other):
            return judged(one, document) and judged(other, document)
        case ("OR", one, other):
            return judged(one, document) or judged(other, document)
        case ("NOT", one):
            return not judged(one, document)
        case ("IN" | "NOT IN" as word, name, values):
            return (document[name] in values) == (word == "IN")
        case ("TO", name, (low, high)):
            return bool(low <= document[name] <= high)
        case (sign, name, value):
            return bool(SIGNS[sign](document[name], value))
    raise AssertionError(tree)


def held(found: Clauses, document: dict[str, str]) -> bool:
    return all(
        any(SIGNS[one.operator](document[one.attribute], one.value) for one in clause)
        for clause in found
    )


@given(tree=TREES, document=DOCUMENTS)
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_clauses_mean_what_was_written(tree: Any, document: dict[str, str]) -> None:
    assert held(parse_clauses(written(tree)), document) == judged(tree, document)


@given(trees=st.lists(st.one_of(TREES, st.lists(TREES, max_size=3)), max_size=3), doc=DOCUMENTS)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_lists_mean_all_and_lists_within_them_any(trees: list[Any], doc: dict[str, str]) -> None:
    texts = [
        [written(one) for one in part] if isinstance(part, list) else written(part)
        for part in trees
    ]
    meant = all(
        not part or any(judged(one, doc) for one in part)
        if isinstance(part, list)
        else judged(part, doc)
        for part in trees
    )
    try:
        found = parse_clauses(texts)
    except BadRequest:  # too many, when they are multiplied out
        assert len(str(texts)) > 60
        reject()
    assert held(found, doc) == meant


@given(text=st.text(max_size=60))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_anything_is_understood_or_refused(text: str) -> None:
    with suppress(BadRequest):
        parse_clauses(text)


LANGUAGES = ("en", "es")
TAGS = {name: uuid5(UUID(int=0), name) for name in ("water", "land")}
KNOWN = FilterVocabulary(LANGUAGES, lambda value: (TAGS[value],) if value in TAGS else ())
SHARP = st.one_of(
    st.tuples(
        st.sampled_from(["=", "!="]), st.just("tags"), st.sampled_from(["water", "land", "no"])
    ),
    st.tuples(st.sampled_from(["=", "!="]), st.just("lang"), st.sampled_from(["en", "es", "fr"])),
    st.tuples(
        st.sampled_from(sorted(SIGNS)),
        st.just("year"),
        st.sampled_from(["2000", "2001", "2002.5", "-5", "99999", "1e400"]),
    ),
)
STORIES = st.fixed_dictionaries(
    {
        "tags": st.sets(st.sampled_from(sorted(TAGS))),
        "lang": st.sampled_from(LANGUAGES),
        "year": st.integers(1998, 2004),
    }
)


def is_met(condition: Any, story: dict[str, Any]) -> bool:
    sign, name, value = condition
    match name:
        case "tags":
            return (value in story["tags"]) == (sign == "=")
        case "lang":
            return (story["lang"] == value) == (sign == "=")
        case _:
            return bool(SIGNS[sign](story["year"], float(value)))


def passes(chosen: Filter | None, story: dict[str, Any]) -> bool:
    """What the protocol says that a filter means."""
    if chosen is None:
        return False
    mine = {TAGS[name] for name in story["tags"]}
    moment = datetime(story["year"], 6, 1, tzinfo=UTC)
    return (
        (not chosen.languages or story["lang"] in chosen.languages)
        and all(mine & set(family) for family in chosen.all_of)
        and not any(mine & set(family) for family in chosen.none_of)
        and (not chosen.periods or any(start <= moment < end for start, end in chosen.periods))
    )


@given(given_clauses=st.lists(st.lists(SHARP, min_size=1, max_size=3), max_size=4), story=STORIES)
@settings(max_examples=500, deadline=None, derandomize=True, database=None)
def test_a_filter_means_its_clauses_or_is_refused(given_clauses: Any, story: Any) -> None:
    found = tuple(
        tuple(Condition(name, sign, value) for sign, name, value in clause)
        for clause in given_clauses
    )
    try:
        chosen = to_filter(found, KNOWN)
    except BadRequest:
        mixed = any(len({name for _, name, _ in clause}) > 1 for clause in given_clauses)
        signs = [[(sign, name) for sign, name, _ in clause] for clause in given_clauses]
        unwanted = any(len(clause) > 1 and ("!=", "tags") in clause for clause in signs)
        assert mixed or unwanted
        return
    meant = all(any(is_met(one, story) for one in clause) for clause in given_clauses)
    assert passes(chosen, story) == meant


def test_all_of_time_is_no_period_and_nothing_of_it_is_none() -> None:
    assert periods(ALWAYS) == ()
    assert periods(()) is None
    never = union([spans(Condition("published_at", "=", "1e400"))])
    assert periods(never) is None
    year = spans(Condition("year", "=", "2018"))
    assert periods(year) == ((datetime(2018, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)),)
