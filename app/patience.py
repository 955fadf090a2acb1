"""A connection to PostgreSQL that does not wait for ever.

Imported only for a store on PostgreSQL, because its driver takes time and memory.
"""

from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from typing_extensions import override

_CANCEL_SECONDS: Final = 2.0


class PatientConnection(psycopg.Connection[Any]):
    """Waits at most `patience` seconds for a statement (None: no limit), then closes itself."""

    patience: float | None = None

    @override
    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """See `psycopg.Connection.wait`."""
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        limit = self.patience
        try:
            return super().wait(gen, interval, limit)
        except _WaitTimeout as error:
            self._give_up()
            message = f"PostgreSQL did not answer within {limit:.0f} s"
            raise psycopg.OperationalError(message) from error

    def _give_up(self) -> None:
        """Cancel the statement, so that a slow server does not finish what nobody waits for."""
        try:
            self.cancel_safe(timeout=_CANCEL_SECONDS)
        except psycopg.Error:
            pass
        finally:
            self.pgconn.finish()
