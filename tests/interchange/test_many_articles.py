"""Many articles at once: the outcome of each is that of a record that is imported alone."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editorial import articles
from app.editorial.content import ArticleInput, prepare
from app.errors import WillayError
from app.interchange import batch_import, jsonl_reader
from app.interchange.prepared_record import prepare_record
from app.interchange.report import ImportReport
from app.interchange.upsert import upsert_record
from app.runtime import Runtime
from tests import builders, stores
from tests.builders import EDITOR
from tests.conftest import Bench, MovingClock, store
from tests.interchange.facts import stored_facts

Record = dict[str, Any]
Outcome = tuple[dict[str, int], list[tuple[int, str, str]]]

TAGS = ("water", "mining")
LATER = "2026-05-01T00:00:00Z"
"""After the clock of the tests."""
NOW = re.compile(r"2026-03-01T12:00:00[.0-9]*Z")
"""The moment of a transaction, which is a little later for the next."""


def write(path: Path, records: Iterable[Record]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def plain(number: int, **over: Any) -> Record:
    """A record that enters with others."""
    return {
        "type": "article",
        "lang": "en",
        "title": f"Title {number}",
        "slug": f"slug-{number}",
        "external_source": "old",
        "external_id": str(number),
        "summary": "A summary.",
        "body": f"Text {number} with a [link](https://example.org/{number}).",
        "authors": [{"name": "Ana Quispe"}],
        "tags": ["water"],
        "published_at": "2020-02-03T04:05:06Z",
        **over,
    }


def outcome_of(report: ImportReport) -> Outcome:
    assert report.read == sum(report.outcomes.values()) + len(report.refused)
    refused = [
        (refusal.line, refusal.code, NOW.sub("now", refusal.message)) for refusal in report.refused
    ]
    return dict(report.outcomes), refused


def imported_alone(runtime: Runtime, path: Path) -> Outcome:
    """Each record by itself and in a transaction of its own."""
    report = ImportReport()
    for entry in jsonl_reader.read_entries([path]):
        report.read += 1
        try:
            if isinstance(entry.record, WillayError):
                raise entry.record
            ready = prepare_record(entry.record, runtime.site_rules)
            with runtime.publishing() as tx:
                placed = upsert_record(
                    tx, ready, runtime.site_rules, report.read, entry.former_slug
                )
        except WillayError as error:
            message = f"{entry.name}: {error.message}" if entry.name else error.message
            report.refused.append(batch_import.Refusal(entry.file, entry.line, error.code, message))
        else:
            report.outcomes[f"{entry.record.type} {placed.outcome}"] += 1
    return outcome_of(report)


def imported_in_parts(runtime: Runtime, path: Path, sizes: Sequence[int]) -> Outcome:
    """In transactions of at most so many records."""
    whole = ImportReport()
    entries = jsonl_reader.read_entries([path])
    for size in (*sizes, 1_000):
        report = batch_import.import_records(runtime, islice(entries, size))
        whole.read += report.read
        whole.outcomes += report.outcomes
        whole.refused += report.refused
    return outcome_of(whole)


def odd_records() -> st.SearchStrategy[Record]:
    """Records that clash with others, are refused, or say more than a text."""
    number = st.integers(0, 7)
    texts = st.fixed_dictionaries(
        {"lang": st.sampled_from(("en", "es")), "title": st.sampled_from(("One", "Two", "One 2"))}
    )
    some_id = number.map(lambda n: str(UUID(int=n + 1)))
    more = st.fixed_dictionaries(
        {},
        optional={
            "slug": st.sampled_from(("one", "one-2", "two", "slug-1", "slug-2")),
            "id": some_id,
            "tags": st.sampled_from((["water"], ["mining", "water"], ["unknown"], [])),
            "status": st.sampled_from(("draft", "published", "retracted", "unpublished")),
            "reason": st.just("A reason."),
            "ended_at": st.just("2021-01-01T00:00:00Z"),
            "visible_until": st.sampled_from((LATER, "2021-01-01T00:00:00Z")),
            "visible_from": st.sampled_from((LATER, "2021-01-01T00:00:00Z")),
            "published_at": st.sampled_from((LATER, "2019-05-31T10:00:00Z")),
            "date_precision": st.sampled_from(("day", "time", "unknown")),
            "updated_at": st.just("2021-06-01T00:00:00Z"),
            "draft": st.just({"lang": "en", "title": "A newer text"}),
            "scheduled": st.sampled_from((LATER, "2021-01-01T00:00:00Z")).map(
                lambda start: [{"content": {"lang": "en", "title": "Later"}, "visible_from": start}]
            ),
            "translations": st.sampled_from(("slug-1", "two", "nowhere")).map(
                lambda slug: [{"lang": "es", "slug": slug}]
            ),
            "former_slugs": st.sampled_from((["one"], ["slug-2"], ["older"])),
            "paths": st.sampled_from((["/old/page"], ["/slug-1"])),
            "image": st.sampled_from(
                (
                    {"url": "https://example.org/a.jpg", "alt": "A."},
                    {"media_id": str(UUID(int=5))},
                )
            ),
            "body": st.sampled_from(
                ("Other text.", "![A](/v1/media/none/x.jpg)", "<b>Markup</b> left open")
            ),
            "corrections": st.just([{"at": "2021-01-01T00:00:00Z", "note": "A date."}]),
            "edited_since_import": st.booleans(),
            "import_digest": st.just("0" * 32),
        },
    )
    origin = st.one_of(
        st.just({}),
        number.map(lambda n: {"external_source": "old", "external_id": str(n)}),
        number.map(lambda n: {"external_source": "other", "external_id": str(n)}),
    )
    articles = st.tuples(texts, more, origin).map(
        lambda parts: {"type": "article", "body": "Text.", **parts[0], **parts[1], **parts[2]}
    )
    others = st.sampled_from(
        (
            {"type": "tag", "slug": "water", "names": {"en": "Water, again"}},
            {"type": "tag", "slug": "unknown", "names": {"en": "Known now"}},
            {"type": "alias", "path": "/old/page", "slug": "slug-1"},
            {"type": "sponsor", "name": "A sponsor", "kind": "funder"},
            {"type": "article", "lang": "qu", "title": "A language of no site"},
            {"type": "article", "lang": "en", "title": "No such field", "fields": 1},
        )
    )
    return st.one_of(articles, articles, others)


def tag_records() -> st.SearchStrategy[Record]:
    """Tags that clash, are below each other, or say more than a tag that is new."""
    slug = st.sampled_from(("water", "rivers", "lakes", "dams", "floods"))
    more = st.fixed_dictionaries(
        {},
        optional={
            "id": st.integers(20, 22).map(lambda n: str(UUID(int=n))),
            "parent": slug,
            "status": st.sampled_from(("accepted", "proposed")),
            "former_slugs": st.sampled_from((["dams"], ["old-rivers"])),
            "import_digest": st.just("0" * 32),
            "synonyms": st.just({"en": ["Basin"]}),
        },
    )
    return st.tuples(slug, st.sampled_from(("One", "Two")), more).map(
        lambda parts: {"type": "tag", "slug": parts[0], "names": {"en": parts[1]}, **parts[2]}
    )


def alias_records() -> st.SearchStrategy[Record]:
    """Old addresses that are taken, lead nowhere, or are those of something else."""
    paths = ("/old/page", "/slug-1", "/a", "/b?p=1", "/c/", "//c", "/", "/tags/water", "/d")
    targets = (
        *({"tag": slug} for slug in ("water", "rivers", "lakes", "old-rivers", "nowhere")),
        *({"slug": slug} for slug in ("slug-1", "one", "nowhere")),
        *({"url": "https://example.org/a"}, {"gone": "It was removed."}, {}),
        {"tag": "water", "slug": "slug-1"},
    )
    return st.tuples(st.sampled_from(paths), st.sampled_from(targets)).map(
        lambda parts: {"type": "alias", "path": parts[0], **parts[1]}
    )


FILES = st.lists(
    st.one_of(
        st.integers(0, 9).map(plain),
        st.integers(0, 9).map(lambda n: plain(n, slug=None, tags=[])),
        odd_records(),
        tag_records(),
        tag_records(),
        alias_records(),
        alias_records(),
    ),
    max_size=24,
).map(lambda records: [{k: v for k, v in r.items() if v is not None} for r in records])


@pytest.mark.timeout(400)
@settings(max_examples=stores.examples(20), deadline=None)
@given(FILES, st.lists(st.integers(1, 6), max_size=8))
def test_the_outcome_does_not_depend_on_what_enters_together(
    records: list[Record], sizes: list[int]
) -> None:
    ways = (
        imported_alone,
        lambda runtime, path: outcome_of(builders.imported(runtime, path)),
        lambda runtime, path: imported_in_parts(runtime, path, sizes),
    )
    with TemporaryDirectory() as name, ExitStack() as stack:
        path = write(Path(name) / "records.jsonl", records)
        seen = []
        for number, way in enumerate(ways):
            folder = Path(name) / str(number)
            stack.callback(stores.give_back, folder)
            runtime, clock = stack.enter_context(store(None, folder, serve_worker=False))
            for tag in TAGS:
                builders.tag(runtime, tag)
            tried = outcome_of(builders.imported(runtime, path, dry_run=True))
            said = way(runtime, path)
            assert tried == said
            seen.append((said, stored_facts(runtime, clock())))
    alone, together, in_parts = seen
    assert together == alone
    assert in_parts == alone


def test_what_is_odd_is_refused_on_its_line_and_the_rest_enters(
    quiet: Bench, tmp_path: Path
) -> None:
    builders.tag(quiet.runtime, "water")
    builders.draft(quiet.runtime, slug="slug-12")
    odd: dict[int, Record] = {
        3: plain(3, tags=["water", "unknown"]),
        8: plain(8, slug="slug-7"),
        12: plain(12),
        20: plain(20, lang="qu"),
        21: plain(21, published_at=LATER),
        33: plain(33, body="![A](/v1/media/none/x.jpg)"),
        34: plain(34, slug="slug-35", external_id="35"),
    }
    path = write(tmp_path / "bad.jsonl", [odd.get(n, plain(n)) for n in range(1, 61)])
    outcomes, refused = outcome_of(builders.imported(quiet.runtime, path))
    assert outcomes == {"article created": 53, "article updated": 1}
    assert [(line, code) for line, code, _ in refused] == [
        (3, "unknown_tag"),
        (8, "slug_taken"),
        (12, "slug_taken"),
        (20, "unknown_language"),
        (21, "date_ahead"),
        (33, "media_missing"),
    ]
    item = quiet.client.get("/v1/articles/slug-35").json()["data"]
    assert (item["title"], item["updated_at"] > item["published_at"]) == ("Title 35", True)


def test_a_text_that_comes_twice_was_updated_when_it_was_imported(
    quiet: Bench, tmp_path: Path
) -> None:
    """Its old address leads on, whichever transactions the two fall into."""
    builders.tag(quiet.runtime, "water")
    records = [
        plain(1, slug="before"),
        plain(1, slug="after"),
        plain(2),
        plain(2, status="retracted", reason="False.", ended_at="2021-01-01T00:00:00Z"),
    ]
    builders.imported(quiet.runtime, write(tmp_path / "twice.jsonl", records))
    item = quiet.client.get("/v1/articles/after").json()["data"]
    assert item["updated_at"].startswith("2026-03-01T12:00:00")
    assert item["published_at"] == "2020-02-03T04:05:06Z"
    moved = quiet.client.get("/v1/articles/before", follow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (301, "after")
    gone = quiet.client.get("/v1/articles/slug-2").json()
    assert (gone["code"], gone["reason"]) == ("gone", "retracted")


@contextmanager
def statements(runtime: Runtime) -> Iterator[list[tuple[str, Any]]]:
    """The statements that writers run while the block lasts, with their parameters. A dry run on
    SQLite writes to a copy."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if connection.engine is not runtime.database._reader:
            seen.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_fifty_plain_articles_cost_as_many_statements_as_one(quiet: Bench, tmp_path: Path) -> None:
    builders.tag(quiet.runtime, "water")
    costs = []
    for first, count in ((100, 1), (200, 50), (300, 100)):
        path = write(tmp_path / "many.jsonl", map(plain, range(first, first + count)))
        with statements(quiet.runtime) as seen:
            outcomes, _ = outcome_of(builders.imported(quiet.runtime, path, dry_run=True))
        assert outcomes == {"article created": count}
        costs.append(len(seen))
    fixed, fifty, hundred = costs
    assert 10 < fifty == fixed < 30
    assert hundred - fifty < 20


def test_tags_and_old_addresses_enter_together_too(quiet: Bench, tmp_path: Path) -> None:
    costs = []
    for first, count in ((100, 1), (200, 50)):
        numbers = range(first, first + count)
        above = {"type": "tag", "slug": f"above-{first}", "names": {"en": "Above"}}
        tags = [{**above, "slug": f"tag-{n}", "parent": above["slug"]} for n in numbers]
        aliases = [{"type": "alias", "path": f"/old/{n}", "tag": f"tag-{n}"} for n in numbers]
        path = write(tmp_path / "many.jsonl", [above, *tags[:49], *aliases[:49]])
        with statements(quiet.runtime) as seen:
            report = builders.imported(quiet.runtime, path, dry_run=True)
        assert (report.refused, report.read) == ([], 2 * min(count, 49) + 1)
        costs.append(len(seen))
    assert 5 < costs[0] == costs[1] < 25


def test_a_record_asks_for_the_tags_that_it_names_alone(quiet: Bench, tmp_path: Path) -> None:
    """An archive may have ten thousand tags, which no look-up of one record may read."""
    tag = {"type": "tag", "slug": "water", "names": {"en": "Water"}}
    below = {**tag, "slug": "rivers", "parent": "water"}
    path = write(tmp_path / "again.jsonl", [tag, below, plain(1)])
    builders.imported(quiet.runtime, path)
    with statements(quiet.runtime) as seen:
        outcomes, _ = outcome_of(builders.imported(quiet.runtime, path))
    assert outcomes == {"tag unchanged": 2, "article unchanged": 1}
    asked = [sql for sql, _ in seen if re.search(r"FROM (tag|former_tag)\b", sql)]
    assert asked
    assert [sql for sql in asked if sql.count("FROM") > sql.count("WHERE")] == []


def test_what_comes_twice_among_them_clashes_on_its_line(quiet: Bench, tmp_path: Path) -> None:
    tag = {"type": "tag", "slug": "water", "names": {"en": "Water"}}
    alias = {"type": "alias", "path": "/old", "tag": "water"}
    rivers = {**tag, "slug": "rivers"}
    tags = [tag, rivers, {**tag, "names": {"en": "Waters"}}]
    aliases = [alias, {**alias, "path": "/old/", "tag": "rivers"}, {**alias, "path": "/older"}]
    path = write(tmp_path / "twice.jsonl", [*tags, *aliases])
    outcomes, refused = outcome_of(builders.imported(quiet.runtime, path))
    assert outcomes == {"tag created": 2, "tag updated": 1, "alias created": 2}
    assert [(line, code) for line, code, _ in refused] == [(5, "path_taken")]


@pytest.mark.sqlite_only("the plans of PostgreSQL are in test_plans.py")
def test_no_statement_of_an_import_reads_a_table_that_grows(quiet: Bench, tmp_path: Path) -> None:
    records = [
        {"type": "tag", "slug": "water", "names": {"en": "Water"}},
        {
            "type": "event",
            "titles": {"en": "A day"},
            "starts": "2026-05-09",
            "external_source": "old",
            "external_id": "1",
        },
        *map(plain, range(60)),
        *(
            {"type": "article", "lang": "en", "title": "No name", "body": f"Text {n}."}
            for n in range(3)
        ),
        plain(1, title="Another title", slug="another"),
        plain(61, translations=[{"lang": "es", "slug": "slug-1"}], lang="es"),
        plain(62, former_slugs=["older"], paths=["/older/page"], status="unpublished"),
        plain(63, scheduled=[{"content": {"lang": "en", "title": "Later"}, "visible_from": LATER}]),
        {"type": "alias", "path": "/another", "slug": "slug-1"},
    ]
    path = write(tmp_path / "many.jsonl", records)
    with statements(quiet.runtime) as seen:
        for _ in range(2):
            _, refused = outcome_of(builders.imported(quiet.runtime, path))
            assert refused == []
    small = {
        "tag",
        "tag_slug",
        "former_tag",
        "sponsor",
        "committee_member",
        "change_head",
        "webhook",
    }
    scans = []
    with quiet.runtime.database.reading() as tx:
        for statement, parameters in dict(seen).items():
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            lines = [line.split() for *_, line in plan if "CONSTANT" not in line]
            # The plan shows too how a part is made that the statement scans.
            parts = {name for how, name, *_ in lines if how in ("CO-ROUTINE", "MATERIALIZE")}
            scans += [
                (line, statement)
                for scan, *line in lines
                if scan == "SCAN" and line[0] not in parts
            ]
    assert [scan for scan in scans if scan[0][0] not in small] == []


@pytest.mark.postgresql_only("on SQLite nobody writes beside an import")
def test_a_slug_that_an_editor_takes_meanwhile_is_refused_and_the_rest_enters(
    either: tuple[Runtime, MovingClock], tmp_path: Path
) -> None:
    runtime, clock = either
    builders.tag(runtime, "water")
    records = [*map(plain, range(9)), plain(9, title="Slug 4") | {"slug": None}, plain(10)]
    path = write(tmp_path / "many.jsonl", records)
    ready = prepare(ArticleInput(lang="en", title="A draft", slug="slug-4"), runtime.site_rules)
    with ThreadPoolExecutor(1) as pool:
        with runtime.database.writing() as tx:
            articles.create(tx, EDITOR, ready, clock())
            report = pool.submit(builders.imported, runtime, path)
            wait_for_lock(runtime)
        outcomes, refused = outcome_of(report.result(timeout=60))
    assert outcomes == {"article created": 10}
    assert [(line, code) for line, code, _ in refused] == [(5, "slug_taken")]
    with runtime.database.reading() as reader:
        held = sa.text("SELECT slug FROM article_slug ORDER BY slug")
        slugs = list(reader.execute(held).scalars())
    assert slugs == sorted([*(f"slug-{n}" for n in (*range(9), 10)), "slug-4-2"])


def wait_for_lock(runtime: Runtime) -> None:
    """Until a statement waits for a transaction that has not ended."""
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    until = monotonic() + 30
    while monotonic() < until:
        with runtime.database.reading() as tx:
            if tx.execute(waits).scalar():
                return
        sleep(0.01)
    raise AssertionError("nobody waits")
