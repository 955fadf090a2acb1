"""The machine's checks for `doctor`: space, permissions, limits, clock, worker, key, backup.

Each returns a state and a remedy, which is empty when all is well, and changes nothing.
"""

import os
import resource
import shlex
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from app import changes, milestones
from app.accounts import keys
from app.changes import head
from app.errors import Unavailable
from app.kit import private_files
from app.kit.clock import rfc3339
from app.milestones import SILENT
from app.outage import Outage
from app.runtime import Runtime

LITTLE_SPACE: Final = 500_000_000
_LITTLE_INODES: Final = 1_000
_FEW_FILES: Final = 1_024
_MOST_FILES: Final = 65_536
_SPARE_FILES: Final = 4
LOOK_SECONDS: Final = 1.0
_OPEN: Final = "/proc/self/fd"
_MOST_PATHS: Final = 20_000
_LATE: Final = timedelta(seconds=60)
_OLD: Final = timedelta(days=8)
_CHECK_SECONDS: Final = 20.0

CheckResult = tuple[str, str]


def check_disk_room(runtime: Runtime) -> CheckResult:
    """Check the space on every disk that holds our files."""
    disks: dict[int, tuple[Path, list[str]]] = {}
    for name, path in _data_folders(runtime):
        disks.setdefault(path.stat().st_dev, (path, []))[1].append(name)
    states, remedies = [], []
    for path, names in disks.values():
        state = os.statvfs(path)
        free = state.f_bavail * state.f_frsize
        states.append(f"{', '.join(names)}: {free / 1e9:.1f} GB free")
        if free < LITTLE_SPACE:
            remedies.append(f"Make room for {', '.join(names)} at {path}; writing will fail soon.")
        elif state.f_files and state.f_favail < _LITTLE_INODES:
            remedies.append(f"The disk at {path} can hold few more files; remove some.")
    return "; ".join(states) or "nothing is kept yet", " ".join(remedies)


def _data_folders(runtime: Runtime) -> Iterator[tuple[str, Path]]:
    """The existing folders, each with a name for its content."""
    folder = runtime.settings.data_dir
    folders = [("data", folder), ("media", folder / "media"), ("index", folder / "search")]
    if (file := runtime.database.path) is not None:
        folders.append(("store", file.parent))
    for name, path in folders:
        if path.is_dir():
            yield name, path


def check_permissions(runtime: Runtime) -> CheckResult:
    """Check everything below the data folder, SQLite's file wherever it is, and `.env`."""
    folder = runtime.settings.data_dir
    if not folder.is_dir():
        return "nothing is kept yet", ""
    owner = folder.stat().st_uid
    paths = list(islice(_private_paths(runtime), _MOST_PATHS))
    wide = list(islice(private_files.open_to_others(iter(paths)), 3))
    foreign = [path for path in paths if path.exists() and path.lstat().st_uid != owner][:3]
    if wide:
        path_list = ", ".join(str(path) for path in wide)
        mend = " && ".join(
            f"chmod -R go-rwx {shlex.quote(str(path))}"
            for path in (folder, *(path for path in wide if not path.is_relative_to(folder)))
        )
        return (
            "some are open to others",
            f"Other users of this machine may open {path_list}: {mend}",
        )
    if foreign:
        path_list = ", ".join(str(path) for path in foreign)
        mend = f"chown -R {owner} {shlex.quote(str(folder))}"
        return "some belong to another user", f"The service may not write {path_list}: {mend}"
    return f"{len(paths)} files and folders are private", ""


def _private_paths(runtime: Runtime) -> Iterator[Path]:
    folder = runtime.settings.data_dir.absolute()
    yield folder
    env = Path(".env").absolute()
    if env.is_file():
        yield env
    if (file := runtime.database.path) is not None:
        yield from (file.with_name(file.name + end) for end in ("", "-wal", "-shm"))
    yield from folder.rglob("*")


def check_open_files(_runtime: Runtime) -> CheckResult:
    """Check how many files and connections a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    state = f"{soft} at a time here, {hard} at most; a service may have limits of its own"
    if 0 <= hard < _FEW_FILES:
        return state, "Set LimitNOFILE=65536 (systemd) or `ulimit -n`: each reader's line is one."
    return state, ""


class OpenFiles:
    """Logs that this process has nearly as many files open as it may. New readers are refused then,
    and nothing else would report it."""

    def __init__(self) -> None:
        self._outage = Outage("Files and connections of this process")

    def look(self) -> None:
        """Look once, without asking the store."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            open_count = len(os.listdir(_OPEN))
        except FileNotFoundError:  # not on this system
            return
        except OSError:  # looking needs a file too, and none is left
            open_count = limit
        if open_count >= limit - _SPARE_FILES:
            message = f"{open_count} of {limit} are open; raise LimitNOFILE or `ulimit -n`"
            self._outage.begin(Unavailable("too_many_open_files", message))
        elif self._outage.is_on:
            self._outage.end()


def allow_files() -> None:
    """Raise the limit of open files as far as allowed: each reader's connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = _MOST_FILES if hard < 0 else min(hard, _MOST_FILES)
    if 0 <= soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def check_integrity(runtime: Runtime) -> CheckResult:
    """Let the store check its own files, for a limited time."""
    damages = runtime.database.damages(_CHECK_SECONDS)
    remedy = "Stop the service, keep a copy of the store, and restore a backup into a new one."
    return (f"damaged: {damages}", remedy) if damages else ("no damage was seen", "")


def check_clock(runtime: Runtime) -> CheckResult:
    """Compare this machine's clock with the log's and PostgreSQL's."""
    with runtime.database.reading() as tx:
        log, server = head(tx), changes.server_time(tx)
        now = runtime.clock()
    if log.effective_until - now > _LATE:
        ahead = (log.effective_until - now).total_seconds()
        return "wrong", f"This machine's clock is {ahead:.0f} s behind the log's; set it right."
    if server is not None and abs(now - server) > changes.CLOCK_LEAD:
        differs = (now - server).total_seconds()
        message = f"{abs(differs):.0f} s {'ahead of' if differs > 0 else 'behind'} PostgreSQL's"
        return "wrong", f"This machine's clock is {message}; set both right (NTP)."
    return "right beside the log" + ("'s" if server is None else "'s and PostgreSQL's"), ""


def check_worker(runtime: Runtime) -> CheckResult:
    """Check that a worker follows the log."""
    with runtime.database.reading() as tx:
        last_turn = milestones.last_occurrence(tx, "worker")
    if last_turn is None:
        if runtime.settings.serve_worker:
            return "none is at work now", ""
        return "none is at work", "WILLAY_SERVE_WORKER is false, so run `willay worker` too."
    since = runtime.clock() - last_turn.at
    state = f"{last_turn.by} was at work {since.total_seconds():.0f} s ago"
    if since > SILENT:
        return (
            state,
            "It was killed, or hangs (see its log): run `willay serve` or `willay worker`.",
        )
    return state, ""


def check_key(runtime: Runtime) -> CheckResult:
    """Check that second factors and webhooks were made with the present secret key."""
    settings = runtime.settings
    mark = keys.mark_of(settings.data_dir, settings.secret_key)
    with runtime.database.reading() as tx:
        lost = keys.count_lost_secrets(tx, mark)
    state = "none yet; it is made when it is needed" if mark is None else f"its mark is {mark}"
    if lost:
        place = settings.data_dir / keys.FILE_NAME
        message = (
            f"{lost} second factors, webhooks and addresses of readers were made with another key:"
        )
        return state, f"{message} put that back into {place} or WILLAY_SECRET_KEY."
    return state, ""


def check_backup(runtime: Runtime) -> CheckResult:
    """Check the age of the last backup."""
    with runtime.database.reading() as tx:
        last = milestones.last_occurrence(tx, "backup")
    if last is None:
        return "none was taken by `willay backup`", ""
    state = f"the last was taken at {rfc3339(last.at)} into {last.by}"
    if (age := runtime.clock() - last.at) > _OLD:
        return state, f"It is {age.days} days old: run `willay backup DIR`, best every night."
    place = Path(last.by)
    if place.is_dir() and list(private_files.open_to_others(iter([place]))):
        return state, f"Others may open it: chmod -R go-rwx {shlex.quote(str(place))}"
    return state, ""
