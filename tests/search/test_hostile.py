"""Whatever is typed, the answer is quick, safe and within its filter."""

import html
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.search.protocol import Document, Engine, Filter, Query
from tests.cost import processor_time
from tests.search.backends import Backend
from tests.search.builders import article, id_of, thing

SECONDS = 0.5
"""Of this thread's own time for one answer."""
WORDS = (
    *("mine", "water", "río", "niño", "congress", "law", "truth", "gold", "farmer", "strike"),
    *("169", "Bagua", "the", "de", "o'connell"),
)
TAGS = [id_of(f"tag{n}") for n in range(5)]
AUTHORS = ["ana", "bo", "O'Neill"]
START = datetime(2000, 1, 1, tzinfo=UTC)
FACETS = ("tags", "lang", "year", "kind")


def _archive() -> list[Document]:
    chance = random.Random(5)
    documents = []
    for n in range(300):
        moment = START + timedelta(days=chance.randrange(9_000), microseconds=chance.randrange(9))
        documents.append(
            article(
                f"{n}",
                " ".join(chance.choices(WORDS, k=4)),
                " ".join(chance.choices(WORDS, k=60)) + ' <b>& "quoted"</b>',
                lang=(lang := chance.choice(["en", "es"])),
                also_in=chance.choice([(), ("es" if lang == "en" else "en",)]),
                article_kind=chance.choice(["article", "page"]),
                tag_ids=tuple(chance.sample(TAGS, chance.randrange(4))),
                authors=tuple(chance.sample(AUTHORS, chance.randrange(3))),
                syndicatable=chance.random() < 0.5,
                published_at=moment,
                updated_at=moment + timedelta(days=chance.randrange(3)),
            )
        )
    return [*documents, thing("tag", "water", "Water"), thing("sponsor", "ana", "Ana of the mine")]


ARCHIVE = _archive()
BY_KEY = {document.key: document for document in ARCHIVE}


@pytest.fixture(scope="module")
def engine(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with backend.over(tmp_path_factory.mktemp("index"), *ARCHIVE) as opened:
        yield opened


def _allows(chosen: Filter, document: Document) -> bool:
    """The filter, said again in the plainest way."""
    tags, shown, updated = set(document.tag_ids), document.published_at, document.updated_at
    if chosen.until is not None and shown is not None:
        is_before = shown <= chosen.until if chosen.until_inclusive else shown < chosen.until
    else:
        is_before = chosen.until is None
    return (
        (not chosen.kinds or document.key.kind in chosen.kinds)
        and (not chosen.article_kinds or document.article_kind in chosen.article_kinds)
        and (not chosen.languages or document.lang in (*chosen.languages, None))
        and not (
            chosen.each_story_once
            and document.lang in chosen.languages
            and set(document.also_in)
            & set(chosen.languages[: chosen.languages.index(document.lang)])
        )
        and all(tags & set(clause) for clause in chosen.all_of)
        and not any(tags & set(clause) for clause in chosen.none_of)
        and (chosen.author is None or chosen.author in document.authors)
        and (not chosen.ids or document.key.id in chosen.ids)
        and (chosen.since is None or (shown is not None and shown >= chosen.since))
        and is_before
        and (
            chosen.updated_since is None
            or (updated is not None and updated >= chosen.updated_since)
        )
        and (not chosen.syndicatable or document.syndicatable)
    )


tag_ids = st.sampled_from([*TAGS, id_of("unknown")])
clauses = st.lists(st.lists(tag_ids, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple)
any_moment = st.datetimes(timezones=st.just(UTC))
moments = st.none() | any_moment | st.sampled_from([d.published_at for d in ARCHIVE])
filters = st.builds(
    Filter,
    kinds=st.sampled_from([(), (), ("article",), ("tag", "sponsor")]),
    article_kinds=st.sampled_from([(), (), ("page",), ("article", "page")]),
    languages=st.sampled_from([(), (), ("en",), ("es", "en"), ("xx",), ("*",), ("en OR 1",)]),
    each_story_once=st.booleans(),
    all_of=clauses,
    none_of=clauses,
    author=st.none() | st.sampled_from([*AUTHORS, "ana bo", "*", ""]),
    ids=st.lists(st.sampled_from([d.key.id for d in ARCHIVE]), max_size=5).map(tuple),
    since=moments,
    until=moments,
    until_inclusive=st.booleans(),
    updated_since=moments,
    syndicatable=st.booleans(),
)
pieces = st.sampled_from(
    [*WORDS, "minne", "wat", '"', "-", "*", "~2", "(", ")", "AND", "title:", "“"]
)
texts = st.text(max_size=80) | st.lists(pieces | st.text(max_size=6), max_size=25).map(" ".join)


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    text=texts,
    chosen=filters,
    order=st.sampled_from(["relevance", "newest", "oldest"]),
    exact=st.booleans(),
)
def test_any_text_under_any_filter(
    engine: Engine, text: str, chosen: Filter, order: str, exact: bool
) -> None:
    query = Query(
        text, chosen, order, limit=400, facets=FACETS, exact=exact, highlight=True  # type: ignore[arg-type]
    )  # fmt: skip
    with processor_time(thread_time) as cost:
        found = engine.search(query)
    assert cost.seconds < SECONDS
    allowed = {document.key for document in ARCHIVE if _allows(chosen, document)}
    hits = [hit.key for hit in found.hits]
    assert set(hits) <= allowed
    assert len(hits) == len(set(hits)) == found.total
    assert sum(count for _, count in found.facets["kind"]) == found.total
    assert found.total or found.corrected is None
    if not text.strip():
        assert set(hits) == allowed
    for hit in found.hits[:20]:
        assert hit.highlights is not None
        for shown, whole in (
            (hit.highlights.title, BY_KEY[hit.key].title),
            (hit.highlights.body.strip("…"), None),
        ):
            bare = re.sub(r"</?mark>", "", shown)
            assert not re.search(r"[<>]", bare)
            assert whole is None or html.unescape(bare) == whole
    engine.suggest(text, chosen.languages)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<mark>alert</mark><img src=x onerror=alert(1)>",
        '"><svg/onload=alert(1)>',
        "' onmouseover='alert(1)",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "javascript:alert(1) <a href=javascript:alert(1)>",
        "ＡＬＥＲＴ ＜script＞alert(1)＜/script＞",
        "\N{KELVIN SIGN}ınk İalert <b>ﬁalert</b>",
        "<!--alert--> <![CDATA[alert]]> &#x3c;alert&#x3e;",
    ],
)
def test_highlights_are_the_text_itself_escaped_with_nothing_but_marks(
    backend: Backend, tmp_path: Path, text: str
) -> None:
    with backend.over(tmp_path, article("a", text, text + " filler" * 90, summary=text)) as engine:
        # One text holds the word only behind a ligature.
        asked = "alert script" if backend.has_stems or "\ufb01" not in text else "fialert"
        (hit,) = engine.search(Query(asked, highlight=True)).hits
        suggested = engine.suggest("aler") or engine.suggest("alert")
    marked = hit.highlights
    assert marked is not None
    shown = [marked.title, marked.summary, marked.body.strip("…")]
    shown += [suggestion.highlighted for suggestion in suggested]
    for one in shown:
        assert "<mark>" in one
        bare = one.replace("<mark>", "").replace("</mark>", "")
        assert not set("<>\"'") & set(bare)
        assert html.unescape(bare).startswith(text[:40])


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"word{n}" for n in range(1_000)),
        " ".join(WORDS * 100),
        "a " * 5_000,
        "m" * 512,
        "mine " + "x" * 100_000,
        '"' * 9_999,
        "“" * 9_999,
        '"mine ' * 2_000,
        "-" * 9_999,
        "-mine " * 2_000,
        "(" * 5_000 + "mine" + ")" * 5_000,
        "(a+)+$ .*.*.*.*x [a-z]{1,99999} m*n*e* ???????",
        "\x00\x01\x7f\x9f mine \ud800\udfff \ufffe\uffff",
        "مرحبا mine שלום \u202emine\u202c 日本語 👩‍👩‍👧 z͑ͫ̓ͪ̂ͫa͒͒l̇g̗o",
        "ﬁ İ ẞ ŉ ǰ ΐ ﷺ Å Å",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_bombs_are_answered_in_bounded_time(engine: Engine, text: str) -> None:
    for order in ("relevance", "newest"):
        query = Query(text, order=order, facets=FACETS, highlight=True)  # type: ignore[arg-type]
        with processor_time(thread_time) as cost:
            found = engine.search(query)
            engine.suggest(text)
        assert cost.seconds < SECONDS
        assert len(found.hits) <= 20
