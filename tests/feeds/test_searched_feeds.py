"""Feeds of search words where the words are looked up by another machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import Pool
from typing_extensions import override

from app.editorial import publishing
from app.worker.indexing import IndexFollower
from tests import builders
from tests.builders import EDITOR
from tests.conftest import client_of
from tests.feeds.reading import document
from tests.search.double.server import Asked
from tests.worker.servers import newsroom


class Overheard(list[Asked]):
    """What a search server is asked, with the connections of the store that are in use then."""

    def __init__(self) -> None:
        super().__init__()
        self.in_use = 0
        self.at: list[tuple[str, int]] = []

    @override
    def append(self, one: Asked, /) -> None:
        super().append(one)
        self.at.append((one.path.partition("?")[0], self.in_use))

    @contextmanager
    def listening(self) -> Iterator[None]:
        def out(*_: object) -> None:
            self.in_use += 1

        def back(*_: object) -> None:
            self.in_use -= 1

        sa.event.listen(Pool, "checkout", out)
        sa.event.listen(Pool, "checkin", back)
        try:
            yield
        finally:
            sa.event.remove(Pool, "checkout", out)
            sa.event.remove(Pool, "checkin", back)


@pytest.mark.parametrize("fallback", [False, True], ids=["alone", "with fallback"])
def test_a_server_is_asked_while_no_transaction_is_open(
    tmp_path: Path, fallback: bool, subtests: pytest.Subtests
) -> None:
    with ExitStack() as stack:
        room = stack.enter_context(newsroom(tmp_path, search_fallback=fallback))
        client = stack.enter_context(client_of(room.runtime))
        wool = builders.published(room.runtime, title="Alpaca wool", slug="one")
        other = builders.published(room.runtime, title="More wool", slug="two")
        room.follow()
        overheard = room.double.asked = Overheard()
        stack.enter_context(overheard.listening())
        for kind in ("rss", "atom", "json"):
            with subtests.test(kind=kind):
                room.runtime.search.note_write()  # it is asked how it is, too
                answer = client.get(f"/v1/feeds/articles.{kind}?q=wool&limit=10")
                assert answer.status_code == 200, answer.text
                tag = answer.headers["ETag"]
                url = f"/v1/feeds/articles.{kind}?q=wool&limit=10"
                assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
                if kind != "json":
                    assert set(document(answer.content).ids) == {
                        f"urn:uuid:{k}" for k in (wool, other)
                    }
        assert {path for path, _ in overheard.at if path.endswith("search")}
        assert [open_ for _, open_ in overheard.at] == [0] * len(overheard.at)
        with room.runtime.publishing() as tx:  # the index ranks, the store reveals
            publishing.retract(tx, EDITOR, other, "Wrong.")
        found = client.get("/v1/feeds/articles.atom?q=wool")
        assert document(found.content).ids == [f"urn:uuid:{wool}"]


@pytest.mark.parametrize("fallback", [False, True], ids=["alone", "with fallback"])
def test_a_server_that_is_away(tmp_path: Path, fallback: bool) -> None:
    with ExitStack() as stack:
        room = stack.enter_context(newsroom(tmp_path, search_fallback=fallback))
        client = stack.enter_context(client_of(room.runtime))
        key = builders.published(room.runtime, title="Alpaca wool", slug="one")
        room.follow()
        if (spare := room.runtime.search.standby) is not None:
            follower = IndexFollower(room.runtime, spare)
            while follower.step():
                pass
        room.double.faults.away = True
        room.runtime.search.note_write()
        answer = client.get("/v1/feeds/articles.rss?q=wool")
        if fallback:
            assert document(answer.content).ids == [f"urn:uuid:{key}"]
        else:
            assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
            assert answer.headers["Retry-After"]
        assert document(client.get("/v1/feeds/articles.rss").content).ids == [f"urn:uuid:{key}"]
