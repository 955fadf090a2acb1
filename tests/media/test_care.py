"""No row without its file, and no file for long that no row names."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import doctor
from app.editorial import media
from app.errors import TooLarge, Unsupported
from app.library import garbage, intake
from app.library.file_names import stored_name
from app.library.spool import Spool
from app.storage.protocol import digest_of
from app.worker.media_cleanup import EVERY, MediaCleanup
from tests import builders
from tests.builders import BY
from tests.conftest import Bench


@pytest.fixture
def today(quiet: Bench) -> Bench:
    """On a clock that agrees with the file system's."""
    quiet.clock.now = datetime.now(UTC)
    return quiet


def stored(bench: Bench) -> set[str]:
    return {file.name for file in bench.runtime.storage.list_objects()}


def test_a_file_that_no_row_names_goes_after_a_day(today: Bench) -> None:
    key = builders.medium(today.runtime)
    named = stored(today)
    with Spool(today.runtime.settings.data_dir, 1_000_000) as spool:
        spool.add(builders.picture("PNG", (50, 40)))
        intake.taken_in(today.runtime, spool, "x")  # and then the process is killed
    assert len(stored(today)) == len(named) + 2
    found = garbage.scan_files(today.runtime)
    assert (found.files, found.unnamed, found.missing) == (6, 2, 0)
    follower = MediaCleanup(today.runtime)
    follower.step()
    assert len(stored(today)) == 6
    today.clock.move(hours=25)
    assert not follower.step()
    assert stored(today) == named
    assert garbage.scan_files(today.runtime).unnamed == 0
    with today.runtime.database.writing() as tx:
        media.delete(tx, BY, key, 1, today.clock.now)
    today.clock.move(hours=1)
    follower.step()
    assert stored(today) == named  # it has looked lately
    today.clock.now += EVERY
    follower.step()
    assert stored(today) == set()


def test_a_file_that_two_media_share_outlives_one_of_them(today: Bench) -> None:
    """Different uploads of the same pixels come to the same files."""
    first = builders.medium(today.runtime, builders.picture("PNG"))
    second = builders.medium(today.runtime, builders.picture("PNG", compress_level=1))
    assert first != second
    assert len(stored(today)) == 4
    with today.runtime.database.writing() as tx:
        media.delete(tx, BY, first, 1, today.clock.now)
    today.clock.move(hours=25)
    assert garbage.collect_garbage(today.runtime) == 0
    assert len(stored(today)) == 4


def test_a_file_that_is_put_again_while_it_is_swept_stays(today: Bench) -> None:
    content = builders.picture("WEBP")
    name = stored_name(digest_of(content), "image/webp")
    today.runtime.storage.put(name, content)
    path = today.runtime.settings.data_dir / "media" / name
    long_ago = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(path, (long_ago, long_ago))
    today.runtime.storage.put(name, content)
    assert garbage.collect_garbage(today.runtime) == 0
    assert stored(today) == {name}


def test_the_doctor_counts_and_misses_files(today: Bench) -> None:
    def seen() -> doctor.Finding:
        found = {finding.subject: finding for finding in doctor.examine(today.runtime)}
        return found["media"]

    assert seen() == doctor.Finding("media", "0 files, 0.0 MB, 0 of them unused", "")
    builders.medium(today.runtime)
    assert (seen().state[:8], seen().remedy) == ("4 files,", "")
    folder = today.runtime.settings.data_dir / "media"
    next(folder.glob("??/*.webp")).unlink()
    assert seen().remedy == "1 files are missing; bring them back from a backup."


def test_an_upload_has_no_name_on_disk(tmp_path: Path) -> None:
    with Spool(tmp_path / "data", 100) as spool:
        spool.add(b"%PDF-1.7\n")
        assert list((tmp_path / "data").iterdir()) == []
        spool.add(b"x" * 91)
        assert (spool.size, spool.sha256) == (100, digest_of(b"%PDF-1.7\n" + b"x" * 91))
        with pytest.raises(TooLarge, match="At most 100 bytes"):
            spool.add(b"x")


def test_what_is_not_taken_is_refused_before_all_of_it_has_come(tmp_path: Path) -> None:
    with Spool(tmp_path, 10**9) as spool:
        spool.add(b"<svg>")
        with pytest.raises(Unsupported, match="SVG"):
            spool.add(b" " * 9_000)
