"""The response cache made wrong on purpose, to see that the oracle finds it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from unittest.mock import patch

from typing_extensions import override

from app.changes import Head
from app.http.caching.freshness import CacheFreshness
from app.http.caching.responses import Address, CachedResponse, ResponseStore
from app.loop_reads import heads, postgresql_heads
from app.loop_reads.heads import SqliteHeadReader
from app.loop_reads.postgresql_heads import PostgresHeadReader

_TRUST_SECONDS = 0.05


class _JoiningReader(PostgresHeadReader):
    """Whoever comes joins the query that is under way."""

    @override
    async def read(self) -> Head | None:
        if self._asking:
            answer: asyncio.Future[Head | None] = asyncio.get_running_loop().create_future()
            self._asking.append(answer)
            return await answer
        return await super().read()


class _TrustingPostgresReader(PostgresHeadReader):
    """Trusts the last head for a while."""

    _read_at = 0.0

    @override
    async def read(self) -> Head | None:
        if monotonic() - self._read_at > _TRUST_SECONDS:
            began = monotonic()
            head = await super().read()
            self._read_at = began if head is not None else 0.0
            return head
        return self._head


class _TrustingSqliteReader(SqliteHeadReader):
    """Trusts the last head for a while."""

    _looked_at = 0.0

    @override
    def look(self) -> Head | None:
        if monotonic() - self._looked_at > _TRUST_SECONDS:
            self._looked_at = monotonic()
            return super().look()
        return self._head


class _LingeringReader(SqliteHeadReader):
    """One look serves the next turn of the event loop in which somebody looks, too."""

    _is_over = False

    @override
    def look(self) -> Head | None:
        head = super().look()
        if self._is_over:
            self._is_of_this_turn = self._is_over = False
        return head

    @override
    def _end_turn(self) -> None:
        self._is_over = True


def _join_queries() -> None:
    patch.object(postgresql_heads, "PostgresHeadReader", _JoiningReader).start()


def _trust_the_head() -> None:
    patch.object(postgresql_heads, "PostgresHeadReader", _TrustingPostgresReader).start()
    patch.object(heads, "SqliteHeadReader", _TrustingSqliteReader).start()


def _linger() -> None:
    patch.object(heads, "SqliteHeadReader", _LingeringReader).start()


def _store_under_the_head_seen_last() -> None:
    add = ResponseStore.add

    def add_wrongly(store: ResponseStore, address: Address, response: CachedResponse) -> bool:
        if store.head is not None:
            response.basis = replace(response.basis, head=store.head)
        return add(store, address, response)

    patch.object(ResponseStore, "add", add_wrongly).start()


def _ignore_boundaries() -> None:
    patch.object(CacheFreshness, "has_passed", lambda *_: False).start()


SABOTAGES: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "joins": _join_queries,
    "trusts": _trust_the_head,
    "lingers": _linger,
    "seen-last": _store_under_the_head_seen_last,
    "no-boundary": _ignore_boundaries,
}
"""By name; each is to be called before the application is made."""
