"""What is written to the log, and by whom: our own lines at the level asked for.

Libraries may only warn: at `debug` some of them write bodies, headers and addresses, and with these
the secrets that they carry. Our own lines name a route by its template, never by its address, and
no value that came from outside. Imports nothing of ours.
"""

import logging
from typing import Final

_FORM: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


def configure(level: str) -> None:
    """Write to stderr; `level` is one of the setting's."""
    logging.basicConfig(level=logging.WARNING, format=_FORM)
    logging.getLogger("willay").setLevel(level.upper())
