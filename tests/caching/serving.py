"""A server process with a sabotage: `python -m tests.caching.serving SABOTAGE`."""

import sys

import uvicorn

from app.settings import Settings
from tests.caching.sabotage import SABOTAGES


def main(sabotage: str) -> None:
    """Serve as `willay serve` does."""
    SABOTAGES[sabotage]()
    settings = Settings()
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        http="app.http.connections:BoundedConnection",
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
