"""Work that a server process repeats beside its requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def run_periodically(
    act: Callable[[], Awaitable[None] | None], seconds: float
) -> AsyncIterator[None]:
    """While the block runs, call `act` on the event loop at once, and again every `seconds`."""

    async def repeat() -> None:
        while True:
            if (under_way := act()) is not None:
                await under_way
            await asyncio.sleep(seconds)

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
