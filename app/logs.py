"""The log: which records are written and in which form. All go to stderr, one line for each.

A line is `time level logger request message`, or a JSON object; a traceback is part of its record,
with `\\n` for its line ends. Libraries may only warn: at `debug` some of them write bodies, headers
and addresses, with the secrets in these. Our own lines name a route by its template, never by its
address. They hold no value from outside, except the short ids of a request and a trace. Imports
nothing of ours.
"""

import json
import logging
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Final

from typing_extensions import override

request_id: Final = ContextVar("request_id", default="")
trace_id: Final = ContextVar("trace_id", default="")
"""The ids of the current request; `http.tracing` sets them, and threads inherit them."""

_OURS: Final = "willay"


class _LineFormatter(logging.Formatter):
    """A record on one line."""

    @override
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """RFC 3339, in UTC."""
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @override
    def format(self, record: logging.LogRecord) -> str:
        request, trace = request_id.get() or "-", trace_id.get()
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {request} "
        line += _escape(record.getMessage())
        line += f" trace_id={trace}" if trace else ""
        message = self._extra_lines(record)
        return f"{line} {_escape(message)}" if message else line

    def _extra_lines(self, record: logging.LogRecord) -> str:
        """The traceback and the stack of a record."""
        message = self.formatException(record.exc_info) if record.exc_info else ""
        return "\n".join(part for part in (message, record.stack_info) if part)


class _JsonFormatter(_LineFormatter):
    """A record as a JSON object on one line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        members = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "trace_id": trace_id.get(),
            "traceback": self._extra_lines(record),
        }
        return json.dumps(
            {name: message for name, message in members.items() if message}, ensure_ascii=False
        )


def configure(level: str, form: str = "text") -> None:
    """Log to stderr; `level` and `form` (`text` or `json`) come from the settings."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter() if form == "json" else _LineFormatter())
    handler.set_name(_OURS)
    root = logging.getLogger()
    for before in [handler for handler in root.handlers if handler.get_name() == _OURS]:
        root.removeHandler(before)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level.upper())
    logging.captureWarnings(True)


def take_over() -> None:
    """Log uncaught exceptions, in threads too."""
    log = logging.getLogger(_OURS)

    def hook(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, at)
        else:
            log.critical("nobody caught this", exc_info=(kind, error, at))

    def of_a_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = of_a_thread


_TELLING_SHARE = 0.01
"""Of the work; what less of it took does not tell how long the rest will take."""


class ProgressLog:
    """Logs the progress of long work every few seconds; call it with each step."""

    def __init__(self, label: str, total: int, every: float = 10.0) -> None:
        self._what, self._total, self._every = label, total, every
        self._done, self._began = 0, monotonic()
        self._next = self._began + every

    def __call__(self, step: int) -> None:
        """Add `step` to the finished work."""
        self._done += step
        now = monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        share = self._done / max(1, self._total)
        values = (self._what, self._done, self._total, 100 * share)
        message = "%s: %d of %d (%.0f %%)"
        if share >= _TELLING_SHARE:
            message += f", about {(now - self._began) * max(0.0, 1 / share - 1):.0f} s left"
        logging.getLogger(_OURS).info(message, *values)


def _escape(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
