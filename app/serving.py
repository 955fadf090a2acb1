"""The processes of `willay serve`: one, or several under a parent.

Imports little, because it is all that the parent runs.
"""

import os
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NoReturn

import uvicorn

from app import logs, meters
from app.kit.collector import pause_collector
from app.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

SECONDS: Final = 2
"""The time that running requests have to end after the process was asked to stop."""


def make_application() -> "FastAPI":
    """The application of one process, with all that it imports."""
    with pause_collector():
        from app.main import from_environment

        return from_environment()


def become_parent(workers: int) -> NoReturn:
    """Go on as the parent of so many processes: a new program in this process, so that it holds
    nothing of the old one."""
    program = [sys.executable, "-P", "-m", __name__, str(workers)]
    os.execv(sys.executable, program)  # noqa: S606  # no shell is needed


def run_processes(settings: Settings, workers: int) -> None:
    """Serve until a signal ends it."""
    uvicorn.run(
        f"{__name__}:make_application",
        factory=True,
        http="app.http.connections:BoundedConnection",
        host=settings.host,
        port=settings.port,
        workers=workers,
        log_config=None,  # uvicorn logs through our handlers, in the same form
        log_level=settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=SECONDS,
        server_header=False,
        # A process that waits on a busy machine is not dead: the default of 5 s would kill it.
        timeout_worker_healthcheck=60,
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


def main() -> None:
    """The parent of as many processes as the argument says."""
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    logs.take_over()
    with TemporaryDirectory(prefix="willay-metrics-") as folder:
        os.environ[meters.FOLDER] = folder
        run_processes(settings, int(sys.argv[1]))


if __name__ == "__main__":
    main()
