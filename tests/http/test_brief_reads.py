"""Reads on the event loop: the same answers as in a lane, and a budget that stops what is slow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.loop_reads.brief import BUDGET_STEPS, BriefReads, NotBrief
from tests.conftest import Bench, bench_in
from tests.contract.routes import ROUTES, filled
from tests.contract.statements import counted

pytestmark = pytest.mark.sqlite_only("PostgreSQL is asked in lanes")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("site")
    with bench_in(folder, serve_worker=False, answer_cache_mb=0) as bench:
        yield filled(bench)


@pytest.fixture
def brief(quiet: Bench) -> BriefReads:
    return quiet.runtime.brief_reads


@pytest.mark.parametrize(
    "url",
    [
        *ROUTES,
        *("/v1/articles?fields=title&include=paths", "/v1/articles?tag=water&from_date=2020-01-03"),
        *("/v1/articles?limit=2&order=oldest", "/v1/articles/n4?fallback=es", "/v1/articles/none"),
    ],
)
def test_an_answer_is_the_same_wherever_it_is_made(site: Bench, url: str) -> None:
    on_the_loop = [site.client.get(url) for _ in range(3)]  # from the second time on compiled
    with site.runtime.brief_reads._turn:  # as if another loop were reading
        in_a_lane = site.client.get(url)
    for answer in on_the_loop:
        assert (answer.status_code, answer.content) == (in_a_lane.status_code, in_a_lane.content)
        assert answer.headers == in_a_lane.headers


def _steps(tx_steps: int) -> sa.TextClause:
    return sa.text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        f" WHERE i < {tx_steps // 8}) SELECT count(*) FROM n"
    )


def test_what_spends_the_budget_is_stopped_and_its_like_are_not_tried_for_a_while(
    brief: BriefReads,
) -> None:
    with brief.reading("short") as tx:
        assert tx.execute(_steps(BUDGET_STEPS // 4)).scalar_one() == BUDGET_STEPS // 32
    for _ in range(2):  # the second time it is not even tried
        with pytest.raises(NotBrief), brief.reading("long") as tx:
            tx.execute(_steps(BUDGET_STEPS * 10))
    with pytest.raises(NotBrief), brief.reading("long"):
        raise AssertionError("it was tried again")
    with brief.reading("short") as tx:  # another shape is not held up, in a transaction of its own
        assert tx.execute(_steps(80)).scalar_one() == 10


def test_a_slow_page_is_answered_by_a_lane(tmp_path: Path) -> None:
    with bench_in(tmp_path, serve_worker=False, answer_cache_mb=0) as bench:
        filled(bench)
        expected = bench.client.get("/v1/articles?tag=water").content
        reads = bench.runtime.brief_reads
        reads._stopped_until.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.loop_reads.brief.BUDGET_STEPS", 0)
            patch.setattr("app.loop_reads.brief._STEPS", 10)
            reads.close()  # the next connection reports sooner
            assert bench.client.get("/v1/articles?tag=water").content == expected
        with counted(bench.runtime) as seen:
            assert bench.client.get("/v1/articles?tag=river").status_code == 200
        assert any(parameters for _, parameters in seen)  # a lane's statements have theirs apart


def test_a_store_that_cannot_be_read_here_is_reported_by_the_lane(quiet: Bench) -> None:
    path = quiet.runtime.database.path
    assert path is not None
    quiet.runtime.brief_reads.close()
    away = path.rename(path.with_suffix(".away"))
    with pytest.raises(NotBrief), quiet.runtime.brief_reads.reading("any"):
        raise AssertionError("there is nothing to read")
    away.rename(path)
    with quiet.runtime.brief_reads.reading("any") as tx:
        assert tx.execute(_steps(80)).scalar_one() == 10
