"""The checks of `willay doctor`: each finding says what is wrong and what the operator can do."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from app import author_counts, counts, machine, milestones, schema
from app.changes import head
from app.errors import Unavailable, WillayError
from app.interchange import jsonl_writer
from app.kit.clock import rfc3339
from app.letters import register
from app.letters.probing import probe_server
from app.library import garbage
from app.newsletters.health import examine_newsletters
from app.partners import enqueue, subscriptions
from app.published import changes
from app.runtime import Runtime
from app.search import diagnosis

_LOG: Final = logging.getLogger("willay")
_LATE_SECONDS: Final = 60.0
_LONG: Final = timedelta(hours=1)
"""The time that a partner may be away before it is reported."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; `remedy` is empty when all is well."""

    subject: str
    state: str
    remedy: str = ""


def examine(runtime: Runtime) -> Iterator[Finding]:
    """Run every check; a part that cannot be reached is a finding too, never an exception."""
    for subject, look in (
        ("data folder", _check_folder),
        ("disks", machine.check_disk_room),
        ("permissions", machine.check_permissions),
        ("open files", machine.check_open_files),
        ("settings", _check_settings),
        ("schema", _check_schema),
        ("store", machine.check_integrity),
        ("content", _check_content),
        ("counts", _check_counts),
        ("change log", _check_log),
        ("clock", machine.check_clock),
        ("worker", machine.check_worker),
        ("search", _check_search),
        ("media", _check_media),
        ("webhooks", _check_webhooks),
        ("letters", _check_letters),
        ("newsletters", _check_newsletters),
        ("caches", _check_caches),
        ("limits", _check_limits),
        ("key", machine.check_key),
        ("backup", machine.check_backup),
    ):
        finding = _run_check(subject, look, runtime)
        yield finding
        if finding.remedy and subject == "schema":
            return  # nothing can be read until that is mended


def _run_check(
    subject: str, look: Callable[[Runtime], tuple[str, str]], runtime: Runtime
) -> Finding:
    try:
        return Finding(subject, *look(runtime))
    except Unavailable as error:
        return Finding(subject, "cannot be told", error.explanation)
    except WillayError as error:
        return Finding(subject, "cannot be told", error.message)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return Finding(subject, "cannot be told", f"{place}{error.strerror}: mend that first.")
    except Exception as error:  # an unforeseen failure must not hide the other findings
        _LOG.debug("doctor failed at %s", subject, exc_info=error)
        message = f"It failed ({type(error).__name__}); WILLAY_LOG_LEVEL=debug shows where."
        return Finding(subject, "cannot be told", message)


def _check_folder(runtime: Runtime) -> tuple[str, str]:
    folder = runtime.settings.data_dir.absolute()
    if not folder.is_dir():
        return f"{folder} is absent", "Run `willay migrate`; it makes the folder."
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} cannot be written", "Give this user the right to write there."
    return str(folder), ""


def _check_settings(runtime: Runtime) -> tuple[str, str]:
    settings = runtime.settings
    state = f"API at {settings.public_url}, languages {', '.join(settings.languages)}"
    if settings.host not in ("127.0.0.1", "::1", "localhost") and settings.api_url is None:
        return state, "Set WILLAY_API_URL: links in answers carry the address listened on."
    return state, ""


def _check_schema(runtime: Runtime) -> tuple[str, str]:
    schema.require_current(runtime.database)
    return "up to date", ""


def _check_content(runtime: Runtime) -> tuple[str, str]:
    return f"{jsonl_writer.count_records(runtime)} records", ""


def _check_counts(runtime: Runtime) -> tuple[str, str]:
    with runtime.database.reading() as tx:
        wrong = counts.differences(tx) + author_counts.differences(tx)
    if wrong:
        state = f"{wrong} of the kept counts differ from the articles"
        return state, "Run `willay recount`; totals, the archive and counts of tags are wrong."
    return "the kept counts agree with the articles", ""


def _check_log(runtime: Runtime) -> tuple[str, str]:
    with runtime.database.reading() as tx:
        log = head(tx)
    now = runtime.clock()
    late = (log.moment(now) - log.next_boundary).total_seconds()
    state = f"at {log.sequence}"
    if late > _LATE_SECONDS:
        return state, f"Promotion is {late:.0f} s late; run `willay serve` or `willay worker`."
    return state, ""


def _check_search(runtime: Runtime) -> tuple[str, str]:
    folder = runtime.settings.data_dir / "search"
    if runtime.settings.meilisearch_url is None and not folder.is_dir():
        return "no index yet; `willay serve` makes it", ""
    state, remedy = diagnosis.diagnose(runtime.search)
    if not remedy and (cursor := runtime.search.get().cursor()) is not None:
        with runtime.database.reading() as tx:
            if not changes.is_mine(tx, cursor, runtime.settings.timezone):
                message = "It is ahead of the store, as after a restored one, or of another store:"
                remedy = (
                    f"{message} run `willay serve`, which mends it, or `willay search rebuild`."
                )
    return state, remedy


def _check_media(runtime: Runtime) -> tuple[str, str]:
    scan = garbage.scan_files(runtime)
    state = f"{scan.files} files, {scan.bytes / 1e6:.1f} MB, {scan.unnamed} of them unused"
    if scan.missing:
        return state, f"{scan.missing} files are missing; bring them back from a backup."
    return state, ""


def _check_caches(runtime: Runtime) -> tuple[str, str]:
    addresses, late = runtime.settings.purge_url, []
    now = runtime.clock()
    with runtime.database.reading() as tx:
        log = head(tx)
        for address in addresses:
            last = milestones.last_occurrence(tx, milestones.purge_name(address, "first"))
            is_known = last is not None and changes.is_mine(tx, last.by)
            _, seconds = changes.lag_of(tx, log, last.by if last and is_known else None, now)
            if not is_known or seconds > _LATE_SECONDS:
                late.append(urlsplit(address).netloc)
    state = f"{len(addresses)} are told of changes"
    if late:
        message = f"Not told: {', '.join(late)}. They may show what was taken back;"
        return state, f"{message} see the log of `willay serve` or `willay worker`."
    return state, ""


def _check_limits(runtime: Runtime) -> tuple[str, str]:
    rate = runtime.settings.rate_limit
    state = f"{rate} public requests a minute and address" if rate else "no limit for an address"
    if not runtime.rates.is_shared:
        return f"{state}, counted in memory", ""
    if not runtime.rates.answers():
        return f"{state}, to be counted in Redis", "It does not answer; each process counts alone."
    return f"{state}, counted in Redis", ""


def _check_webhooks(runtime: Runtime) -> tuple[str, str]:
    now = runtime.clock()
    with runtime.database.reading() as tx:
        if not enqueue.any_webhook(tx):
            return "0, 0 deliveries waiting", ""  # so no key need be made
        webhooks = subscriptions.list_webhooks(tx, runtime.key())
        behind = enqueue.delays(tx, now)
    paused = [
        f"{webhook.name} ({webhook.paused_reason})"
        for webhook in webhooks
        if webhook.paused_reason not in (None, "by_hand")
    ]
    silent = [
        webhook.name
        for webhook in webhooks
        if webhook.state == "pending"
        and now - (webhook.failing_since or webhook.updated_at) > _LONG
    ]
    late = [
        (webhook, behind[webhook.id])
        for webhook in webhooks
        if behind.get(webhook.id, timedelta()) > _LONG
    ]
    failing = [
        f"{webhook.name} ({_format_hours(wait)})" for webhook, wait in late if webhook.failures
    ]
    unsent = [
        f"{webhook.name} ({_format_hours(wait)})" for webhook, wait in late if not webhook.failures
    ]
    remedies = (
        (paused, "Paused: {}. Mend the target or tell its owner, then resume it."),
        (silent, "Never verified: {}. The target must answer the challenge; see its deliveries."),
        (failing, "Behind, since the target fails: {}. See its deliveries and tell its owner."),
        (unsent, "Behind: {}. Run `willay serve` or `willay worker`."),
    )
    state = f"{len(webhooks)}, {sum(webhook.waiting for webhook in webhooks)} deliveries waiting"
    return state, " ".join(message.format(", ".join(names)) for names, message in remedies if names)


def _check_letters(runtime: Runtime) -> tuple[str, str]:
    settings = runtime.settings
    with runtime.database.reading() as tx:
        letters = register.tally(tx, runtime.clock())
    numbers = ", ".join(f"{count} {state}" for state, count in sorted(letters.states.items()))
    state = f"{settings.mail_server or settings.outbox}, {numbers or 'none yet'}"
    remedies = []
    if settings.mail_server is not None and (problem := probe_server(settings)):
        remedies.append(problem)
    elif letters.behind > _LONG:
        remedies.append("Letters wait for long. Run `willay serve` or `willay worker`.")
    if number := letters.states.get("uncertain"):
        message = f"{number} may have arrived or not: see `willay letter list`, ask, and"
        remedies.append(f"{message} send them again with `willay letter resend`.")
    return state, " ".join(remedies)


def _check_newsletters(runtime: Runtime) -> tuple[str, str]:
    settings = runtime.settings
    if not settings.newsletters:
        return "off", ""
    with runtime.database.reading() as tx:
        health = examine_newsletters(tx, settings, runtime.clock())
    readers = ", ".join(f"{number} {state}" for state, number in sorted(health.readers.items()))
    following = f", the next at {rfc3339(health.next_due)}" if health.next_due else ""
    remedies = []
    if health.waiting > _LONG:
        message = "Requests to subscribe wait for long: run `willay worker`, or, if many come, see"
        remedies.append(f"{message} WILLAY_CONFIRMATIONS_PER_HOUR.")
    for issue in health.irregular:
        remedies.append(
            f"The {issue.rhythm} issue ({issue.lang}) is {issue.state} ({issue.problem}): an editor"
            " may send or cancel it."
        )
    if health.readers and settings.mail_bounces is None and settings.mail_server is not None:
        remedies.append("Set WILLAY_MAIL_BOUNCES, or nobody learns of letters that come back.")
    return f"{readers or 'no readers yet'}{following}", " ".join(remedies)


def _format_hours(wait: timedelta) -> str:
    return f"{wait / timedelta(hours=1):.0f} h"
