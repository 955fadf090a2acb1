"""Several processes of one store have a worker each, and all begin at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa
from sqlmodel import col

from app.models.newsletter import Newsletter, NewsletterIssue
from app.models.reader import AddressRecord
from app.worker.newsletters import NewsletterFollower
from tests.conftest import store

WORKERS = 4


def test_newsletters_are_made_once(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        start = Barrier(WORKERS, timeout=30)

        def begin() -> None:
            follower = NewsletterFollower(runtime, look_seconds=0.0)
            start.wait()
            follower.step()
            follower.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            for work in [pool.submit(begin) for _ in range(WORKERS)]:
                work.result()
        settings = runtime.settings
        offered = {(rhythm, lang) for rhythm in settings.newsletters for lang in settings.languages}
        drafts = sa.select(col(Newsletter.rhythm), col(Newsletter.lang)).join(
            NewsletterIssue, col(NewsletterIssue.newsletter_id) == col(Newsletter.id), isouter=True
        )
        with runtime.database.reading() as tx:
            assert sorted(map(tuple, tx.execute(drafts))) == sorted(offered)


def test_a_row_that_two_transactions_make_at_once(tmp_path: Path) -> None:
    with store(None, tmp_path, serve_worker=False) as (runtime, _):
        start = Barrier(WORKERS, timeout=30)

        def count() -> None:
            start.wait()
            with runtime.database.writing() as tx:
                record = tx.get_or_insert(AddressRecord, "digest", confirmations=0)
                record.confirmations += 1
                tx.session.add(record)

        with ThreadPoolExecutor(WORKERS) as pool:
            for work in [pool.submit(count) for _ in range(WORKERS)]:
                work.result()
        with runtime.database.reading() as tx:
            numbers = tx.execute(sa.select(col(AddressRecord.confirmations))).scalars()
            assert list(numbers) == [WORKERS]
