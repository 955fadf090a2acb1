"""What is wrong, and what to do about it: one line for each thing that an operator can mend."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app import machine, schema
from app.changes import head
from app.errors import Unavailable, WillayError
from app.interchange import writing
from app.library import care
from app.partners import queueing, subscriptions
from app.published import changes
from app.runtime import Runtime
from app.search import diagnosis

_LOG: Final = logging.getLogger("willay")
_LATE_SECONDS: Final = 60.0
_LONG: Final = timedelta(hours=1)
"""For partners, who may be away for a moment."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty when it is well."""

    subject: str
    state: str
    remedy: str = ""


def examine(runtime: Runtime) -> Iterator[Finding]:
    """Look at everything; what cannot be reached is a finding too, never an exception."""
    for subject, look in (
        ("data folder", _folder),
        ("disks", machine.room),
        ("permissions", machine.permissions),
        ("open files", machine.files),
        ("settings", _settings),
        ("schema", _schema),
        ("store", machine.integrity),
        ("content", _content),
        ("change log", _log),
        ("clock", machine.clock),
        ("worker", machine.worker),
        ("search", _search),
        ("media", _media),
        ("webhooks", _webhooks),
        ("limits", _limits),
        ("key", machine.key),
        ("backup", machine.backup),
    ):
        finding = _looked(subject, look, runtime)
        yield finding
        if finding.remedy and subject == "schema":
            return  # nothing can be read before that is mended


def _looked(subject: str, look: Callable[[Runtime], tuple[str, str]], runtime: Runtime) -> Finding:
    try:
        return Finding(subject, *look(runtime))
    except Unavailable as error:
        return Finding(subject, "cannot be told", error.explained)
    except WillayError as error:
        return Finding(subject, "cannot be told", error.message)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return Finding(subject, "cannot be told", f"{place}{error.strerror}: mend that first.")
    except Exception as error:  # what we did not think of must not hide the rest
        _LOG.debug("doctor failed at %s", subject, exc_info=error)
        said = f"It failed ({type(error).__name__}); WILLAY_LOG_LEVEL=debug shows where."
        return Finding(subject, "cannot be told", said)


def _folder(runtime: Runtime) -> tuple[str, str]:
    folder = runtime.settings.data_dir.absolute()
    if not folder.is_dir():
        return f"{folder} is absent", "Run `willay migrate`; it makes the folder."
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} cannot be written", "Give this user the right to write there."
    return str(folder), ""


def _settings(runtime: Runtime) -> tuple[str, str]:
    settings = runtime.settings
    state = f"API at {settings.public_url}, languages {', '.join(settings.languages)}"
    if settings.host not in ("127.0.0.1", "::1", "localhost") and settings.api_url is None:
        return state, "Set WILLAY_API_URL: links in answers carry the address listened on."
    return state, ""


def _schema(runtime: Runtime) -> tuple[str, str]:
    schema.check(runtime.database)
    return "up to date", ""


def _content(runtime: Runtime) -> tuple[str, str]:
    return f"{writing.count(runtime)} records", ""


def _log(runtime: Runtime) -> tuple[str, str]:
    with runtime.database.reading() as tx:
        log = head(tx)
    now = runtime.clock()
    late = (log.moment(now) - log.next_boundary).total_seconds()
    state = f"at {log.sequence}"
    if late > _LATE_SECONDS:
        return state, f"Promotion is {late:.0f} s late; run `willay serve` or `willay worker`."
    return state, ""


def _search(runtime: Runtime) -> tuple[str, str]:
    folder = runtime.settings.data_dir / "search"
    if runtime.settings.meilisearch_url is None and not folder.is_dir():
        return "no index yet; `willay serve` makes it", ""
    state, remedy = diagnosis.examined(runtime.search)
    if not remedy and (cursor := runtime.search.get().cursor()) is not None:
        with runtime.database.reading() as tx:
            if not changes.is_mine(tx, cursor):
                said = "It is ahead of the store, as after a restored one, or of another store:"
                remedy = f"{said} run `willay serve`, which mends it, or `willay search rebuild`."
    return state, remedy


def _media(runtime: Runtime) -> tuple[str, str]:
    found = care.examined(runtime)
    state = f"{found.files} files, {found.bytes / 1e6:.1f} MB, {found.unnamed} of them unused"
    if found.missing:
        return state, f"{found.missing} files are missing; bring them back from a backup."
    return state, ""


def _limits(runtime: Runtime) -> tuple[str, str]:
    rate = runtime.settings.rate_limit
    state = f"{rate} public requests a minute and address" if rate else "no limit for an address"
    if not runtime.rates.is_shared:
        return f"{state}, counted in memory", ""
    if not runtime.rates.answers():
        return f"{state}, to be counted in Redis", "It does not answer; each process counts alone."
    return f"{state}, counted in Redis", ""


def _webhooks(runtime: Runtime) -> tuple[str, str]:
    now = runtime.clock()
    with runtime.database.reading() as tx:
        if not queueing.any_webhook(tx):
            return "0, 0 deliveries waiting", ""  # and no key need be made
        found = subscriptions.everyone(tx, runtime.key())
        behind = queueing.behind(tx, now)
    paused = [
        f"{one.name} ({one.paused_reason})"
        for one in found
        if one.paused_reason not in (None, "by_hand")
    ]
    silent = [
        one.name
        for one in found
        if one.state == "pending" and now - (one.failing_since or one.updated_at) > _LONG
    ]
    late = [(one, behind[one.id]) for one in found if behind.get(one.id, timedelta()) > _LONG]
    failing = [f"{one.name} ({_hours(wait)})" for one, wait in late if one.failures]
    unsent = [f"{one.name} ({_hours(wait)})" for one, wait in late if not one.failures]
    remedies = (
        (paused, "Paused: {}. Mend the target or tell its owner, then resume it."),
        (silent, "Never verified: {}. The target must answer the challenge; see its deliveries."),
        (failing, "Behind, since the target fails: {}. See its deliveries and tell its owner."),
        (unsent, "Behind: {}. Run `willay serve` or `willay worker`."),
    )
    state = f"{len(found)}, {sum(one.waiting for one in found)} deliveries waiting"
    return state, " ".join(said.format(", ".join(names)) for names, said in remedies if names)


def _hours(wait: timedelta) -> str:
    return f"{wait / timedelta(hours=1):.0f} h"
