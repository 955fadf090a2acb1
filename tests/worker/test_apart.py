"""A search server that keeps its follower waiting keeps nobody else waiting."""

import time
from pathlib import Path

from app.search.protocol import Query
from app.worker.followers import build_followers
from app.worker.loop import Worker
from tests import builders
from tests.worker.servers import newsroom


def test_a_queue_that_stands_still_holds_up_no_other_follower(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        room.follow()
        room.double.state.queue.paused = True
        worker = Worker(room.runtime, build_followers(room.runtime))
        worker.start()
        try:
            key = builders.published(room.runtime, title="Alpaca wool")
            standby = room.runtime.search.standby
            assert standby is not None
            until = time.monotonic() + 60
            hits: list[object] = []
            waiting = room.double.state.queue.pending_task
            while not (hits and waiting) and time.monotonic() < until:
                hits = [hit.key.id for hit in standby.get().search(Query("alpaca")).hits]
                time.sleep(0.05)
            assert hits == [key]
        finally:
            began = time.monotonic()
            worker.stop()
        assert time.monotonic() - began < 10  # it does not wait for the server
        assert waiting
