"""How PostgreSQL finds what is asked for: by indexes, at a cost that the page decides, not the
archive. Its twin for SQLite is in test_statements.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app.editorial import tag_merge, tags
from app.runtime import Runtime
from app.worker.followers import build_followers
from benchmarks.corpus import Size, fill
from tests.admin.desk import Headers, bearer
from tests.admin.newsdesk import Newsdesk
from tests.admin.scheduling import RELEASES, later, released, remove
from tests.builders import EDITOR, imported
from tests.commands import SAMPLE
from tests.conftest import Bench, client_of, empty_database, store
from tests.contract.statements import counted
from tests.partners.partner import partner, subscribed

pytestmark = pytest.mark.postgresql_only("SQLite's plans are in test_statements.py")

ARTICLES = 12_000

LARGE = {"article", "publication", "publication_body", "publication_tag", "publication_author"}

BLOCKS = 300
"""More than any page of a list reads of the store, and less than any of the large tables has."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An archive so large that reading it whole is never the cheapest way to a page."""
    folder = tmp_path_factory.mktemp("full")
    with (
        empty_database() as url,  # one that was used before has dead rows, which cost reads
        # Each request asks the store.
        store(url, folder, serve_worker=False, answer_cache_mb=0) as (runtime, clock),
    ):
        fill(runtime.database, Size(ARTICLES, words=20), clock())
        with client_of(runtime) as client:
            yield Bench(runtime, clock, client)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def scanned(plan: dict[str, Any]) -> set[str]:
    """The tables that it reads from the first row to the last."""
    whole = (node for node in nodes(plan) if node["Node Type"] == "Seq Scan")
    return {node["Relation Name"] for node in whole}


def plans(bench: Bench, url: str, **options: Any) -> list[tuple[str, dict[str, Any]]]:
    """What a request asks of the store, and what each of its statements did there."""
    with counted(bench.runtime) as seen:
        assert bench.client.get(url, **options).status_code == 200
    with bench.runtime.database.reading() as tx:
        found = []
        for statement, parameters in seen:
            asked = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            [[told]] = tx.connection.exec_driver_sql(asked, parameters).all()
            found.append((statement, told[0]["Plan"]))
    return found


def blocks(plan: dict[str, Any]) -> int:
    """How many pages of 8 kB were looked at."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


LISTS = {
    "": "publication_list",
    "order=oldest": "publication_list",
    "lang=es": "publication_list_lang",
    "lang=es&fallback=en": "publication_list",
    "lang=es&fallback=en&order=oldest": "publication_list",
    "lang=en&fallback=es": "publication_list",
    "lang=es&fallback=en&tag=news": "publication_tag_list",
    "lang=es&fallback=en&rights=syndicatable": "publication_list",
    "lang=es&fallback=en&order=updated": "",
    "tag=news": "publication_tag_list",
    "tag=topic-1-1": "publication_tag_list",
    "tag=topic-1": "publication_tag_list",
    "tag=news,-topic-1": "publication_tag_list",
    "tag=-news": "publication_list",
    "tag=news&order=oldest": "publication_tag_list",
    "rights=syndicatable": "publication_list",
    "order=updated": "",
    "from_date=2020-01-01&to_date=2020-03-01": "publication_list",
    "include=paths": "publication_list",
}


@pytest.mark.parametrize("query", LISTS)
def test_a_page_of_a_list_walks_its_index_and_reads_little(full: Bench, query: str) -> None:
    first = f"/v1/articles?limit=20&{query}"
    for url in (first, full.client.get(first).json()["links"]["next"]):
        for statement, plan in plans(full, url):
            used = {node.get("Index Name") for node in nodes(plan)}
            assert not scanned(plan) & LARGE, (scanned(plan), statement)
            assert blocks(plan) < BLOCKS, (blocks(plan), statement)
            if "key_at" in statement:
                assert LISTS[query] in used | {""}, used


OTHERS = [
    "/v1/articles/{slug}",
    "/v1/articles/{slug}?include=related",
    "/v1/articles?ids={id}",
    "/v1/articles?author={author}",
    "/v1/articles?author={author}&order=updated",
    "/v1/articles?tag=bulletin-40",
    "/v1/authors",
    "/v1/authors/{author}",
    "/v1/resolve?path=/{slug}",
    "/v1/feeds/articles.atom",
    "/v1/feeds/articles.atom?lang=es&fallback=en",
    "/v1/feeds/articles.json?tag=topic-1-1",
    "/v1/feeds/articles.atom?month=2012-05",
    "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/v1/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{id}",
    "/sitemaps/news.xml",
    "/v1/changes",
    "/v1/admin/articles",
    "/v1/admin/articles?tag=topic-1-1",
    "/v1/admin/articles?scheduled=true",
    "/v1/admin/releases",
    "/v1/admin/releases?from=2000-01-01&to=2040-01-01",
    "/v1/admin/releases.ics",
]


@pytest.fixture(scope="module")
def admin(full: Bench) -> Headers:
    return bearer(full.runtime)


@pytest.mark.parametrize("url", OTHERS)
def test_what_shows_a_few_articles_reads_no_table_whole(
    full: Bench, admin: Headers, url: str
) -> None:
    item = full.client.get("/v1/articles?limit=40").json()["data"][37]
    author = next(one for one in full.client.get("/v1/articles").json()["data"] if one["authors"])
    named = url.format(slug=item["slug"], id=item["id"], author=author["authors"][0]["slug"])
    for statement, plan in plans(full, named, headers=admin):
        assert not scanned(plan) & LARGE, (scanned(plan), statement)


def test_neighbours_cost_two_places_in_the_index_of_the_list(full: Bench) -> None:
    for item in full.client.get("/v1/articles?limit=40").json()["data"][::13]:
        asked = plans(full, f"/v1/articles/{item['slug']}")
        found = [one for one in asked if "publication.article_id !=" in one[0]]
        assert len(found) == 2
        for statement, plan in found:
            used = {node.get("Index Name") for node in nodes(plan)}
            assert used - {None} == {"publication_list_lang"}, statement
            assert blocks(plan) < 20, statement


SMALL = {
    *(
        "tag",
        "tag_slug",
        "former_tag",
        "sponsor",
        "committee_member",
        "site",  # one row
        "author",
        "event",
        "event_tag",
        "account",
        "newsletter",  # one for each rhythm and language
        "import_job",  # one for each move of the desk
    ),
    *("partner", "webhook", "change_head", "lease", "alembic_version"),
}
"""Tables of which a service has dozens of rows, or hundreds; all others grow with its age."""


@contextmanager
def statements(runtime: Runtime) -> Iterator[dict[str, Any]]:
    """Everything that is asked of the store meanwhile, by readers and writers, with an example."""
    seen: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.split(None, 1)[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            seen.setdefault(statement, parameters)

    engines = (runtime.database._reader, runtime.database._writer)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)


def plan_releases(desk: Newsdesk) -> None:
    """Two texts for one instant: scheduled, moved, seen, cancelled."""
    wheres = [desk.create(), desk.create(kind="page")]
    release = released(desk, later(desk, hours=1), wheres)
    assert desk.patch(release, at=later(desk, hours=2), until=later(desk, hours=9)).is_success
    here = desk.get(RELEASES).json()["data"]
    assert len(here) == 4
    assert desk.get(f"{RELEASES}?limit=1&from=2020-01-01").json()["links"]["next"]
    assert desk.get(desk.get(f"{RELEASES}?limit=1").json()["links"]["next"]).is_success
    previews = desk.bench.client.post(f"{release}/previews", headers=desk.headers)
    assert previews.status_code == 201
    assert desk.get("/v1/admin/articles?scheduled=true&count=true").is_success
    assert desk.act(wheres[0], "cancel").is_success
    assert remove(desk, release).is_success


def work(bench: Bench, hook: str) -> None:
    """A day of the service: editors, readers, an import that is repeated, followers, a merge."""
    runtime, client = bench.runtime, bench.client
    subscribed(runtime, hook)
    for _ in range(2):
        imported(runtime, SAMPLE)
    desk = Newsdesk.of(bench)
    where = desk.create(tags=["mining"], slug="new")
    assert desk.patch(where, title="Another").status_code == 200
    for act, sent in (
        ("submit", {}),
        ("approve", {}),
        ("publish", {}),
        ("correct", {"note": "The date was wrong."}),
        ("duplicate", {}),
        ("unpublish", {}),
        ("publish", {}),
        ("retract", {"reason": "It was wrong."}),
    ):
        assert desk.act(where, act, **sent).status_code < 300, act
    plan_releases(desk)
    for below in ("", "/revisions", "/revisions/1", "/previews", "/diff?from=1&to=2"):
        assert desk.get(where + below).status_code == 200
    bench.clock.move(minutes=5)
    for follower in build_followers(runtime):
        for _ in range(100):
            if not follower.step():
                break
        follower.close()
    slug = client.get("/v1/articles").json()["data"][0]["slug"]
    cursor = client.get("/v1/changes?limit=2").json()["meta"]["cursor"]
    contract = client.contract.schema["paths"]
    plain = [path for path in contract if "{" not in path and "get" in contract[path]]
    for path in (
        *(f"/v1/articles/{slug}", f"/v1/resolve?path=/{slug}", "/v1/search?q=water"),
        *("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc", f"/v1/changes?cursor={cursor}"),
        *("/v1/feeds/articles.atom?month=2012-05", "/v1/admin/articles?q=water"),
        *("/v1/admin/articles?tag=mining", "/v1/admin/articles?state=draft", *plain),
    ):
        client.get(path, headers=desk.headers if path.startswith("/v1/admin") else {})
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, tags.ids_of(tx, ["mining"])[0], None, "cusco")


def test_every_statement_finds_its_rows_by_an_index(quiet: Bench) -> None:
    """Where the planner is told to avoid it, a table is read whole only for want of an index."""
    with statements(quiet.runtime) as seen, partner() as here:
        work(quiet, here.url)
    assert len(seen) > 150
    wanting = []
    with quiet.runtime.database._writer.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in seen.items():
            asked = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            if not asked.returns_rows:  # what runs for several rows at once cannot be explained
                continue
            if bad := scanned(asked.all()[0][0][0]["Plan"]) - SMALL:
                wanting.append((bad, statement))
    assert wanting == []
