"""One contract for every place that files can be in."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from app.errors import NotFound, Unavailable
from app.storage import opening
from app.storage.local import LocalStorage
from app.storage.protocol import CHUNK_BYTES, Storage, digest_of, name_of
from app.storage.s3 import ObjectStorage, open_bucket
from tests.stores import settings_of

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LATER = datetime(2200, 1, 1, tzinfo=UTC)

PLACES: dict[str, Callable[[Path], Storage]] = {
    "folder": lambda path: LocalStorage(path / "media"),
    "memory": lambda path: ObjectStorage(MemoryStore()),
    "objects": lambda path: ObjectStorage(LocalStore(path, mkdir=True)),
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return PLACES[request.param](tmp_path)


def put(place: Storage, content: bytes) -> str:
    name = name_of(digest_of(content), "jpg")
    place.put(name, content)
    return name


def test_what_was_put_is_read_whole_and_in_ranges(
    place: Storage, subtests: pytest.Subtests
) -> None:
    content = os.urandom(2 * CHUNK_BYTES + 7)
    name = put(place, content)
    for start, end in ((0, len(content)), (0, 1), (5, CHUNK_BYTES + 9), (len(content) - 1, None)):
        with subtests.test(start=start, end=end):
            stop = end or len(content)
            chunks = list(place.read(name, start, stop))
            assert b"".join(chunks) == content[start:stop]
    assert [(file.name, file.size) for file in place.list_objects()] == [(name, len(content))]


def test_to_put_again_changes_nothing(place: Storage) -> None:
    assert put(place, b"same") == put(place, b"same")
    put(place, b"other")
    assert sorted(file.size for file in place.list_objects()) == [4, 5]


def test_only_what_is_old_is_discarded(place: Storage) -> None:
    name = put(place, b"x")
    (state,) = place.list_objects()
    assert state.modified.tzinfo is not None
    assert not place.discard(name, before=LONG_AGO)
    assert b"".join(place.read(name, 0, 1)) == b"x"
    assert place.discard(name, before=LATER)
    assert not place.discard(name, before=LATER)
    with pytest.raises(NotFound):
        next(place.read(name, 0, 1))
    assert list(place.list_objects()) == []
    assert put(place, b"x") == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", "../secret.key", "ab/../../x.jpg", "/etc/passwd", "ab/" + "a" * 64),
        *("ab/" + "a" * 64 + ".jpg\n", "ab/" + "A" * 64 + ".jpg", "ab/" + "a" * 64 + ".jpg/x"),
        *("ab\\" + "a" * 64 + ".jpg", "ab/\x00" + "a" * 63 + ".jpg", "a/" + "a" * 64 + ".html.jpg"),
    ],
)
def test_no_other_name_becomes_a_path(place: Storage, name: str, subtests: pytest.Subtests) -> None:
    for step, act in {
        "put": lambda: place.put(name, b"x"),
        "read": lambda: next(place.read(name, 0, 1)),
        "discard": lambda: place.discard(name, LATER),
    }.items():
        with (
            subtests.test(step=step),
            pytest.raises(ValueError, match="no name of a stored file"),
        ):
            act()


def test_a_large_file_is_read_in_parts(tmp_path: Path) -> None:
    place = LocalStorage(tmp_path)
    name = put(place, bytes(2 * CHUNK_BYTES + 1))
    parts = [len(chunk) for chunk in place.read(name, 0, 2 * CHUNK_BYTES + 1)]
    assert parts == [CHUNK_BYTES, CHUNK_BYTES, 1]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "media", tmp_path / "outside"
    outside.mkdir()
    folder.mkdir()
    name = name_of(digest_of(b"x"), "jpg")
    (folder / name[:2]).symlink_to(outside)
    with pytest.raises(ValueError, match="out of the folder"):
        LocalStorage(folder).put(name, b"x")
    assert list(outside.iterdir()) == []


def test_a_crash_leaves_all_of_a_file_or_nothing(tmp_path: Path) -> None:
    place = LocalStorage(tmp_path)
    name = put(place, b"whole")
    unfinished = tmp_path / name[:2] / ".put-0123"
    unfinished.write_bytes(b"hal")
    doomed = tmp_path / name[:2] / f".doomed-{name[3:]}"
    (tmp_path / name).rename(doomed)  # ended between moving away and judging
    assert list(place.list_objects()) == []
    assert place.tidy(datetime.now(UTC) - timedelta(days=1)) == 1
    assert [file.name for file in place.list_objects()] == [name]
    assert place.tidy(LATER) == 1
    assert [path.name for path in (tmp_path / name[:2]).iterdir()] == [name[3:]]


def test_a_full_or_forbidden_folder_is_said_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    place = LocalStorage(tmp_path / "media")
    with pytest.raises(Unavailable, match="media folder cannot be used"):
        put(place, b"x")


def test_settings_choose_the_place(tmp_path: Path) -> None:
    local = settings_of(tmp_path)
    assert isinstance(opening.open_storage(local), LocalStorage)
    remote = local.model_copy(
        update={"s3_bucket": "media", "s3_endpoint": "http://127.0.0.1:9", "s3_region": "eu-1"}
    )
    assert isinstance(opening.open_storage(remote), ObjectStorage)


def test_a_bucket_without_the_extra_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "app.storage.s3")
    settings = settings_of(tmp_path, s3_bucket="media")
    with pytest.raises(Unavailable, match="extra `s3`"):
        opening.open_storage(settings)


@pytest.mark.parametrize("given", [{"s3_access_key_id": "id"}, {"s3_secret_access_key": "key"}])
def test_half_a_key_is_refused(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="go together"):
        settings_of(tmp_path, s3_bucket="media", **given)


def test_a_bucket_that_is_away_is_said_in_our_words(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        s3_bucket="media",
        s3_endpoint="http://127.0.0.1:9",
        s3_access_key_id="id",
        s3_secret_access_key="unspoken",
    )
    place = open_bucket(settings)
    assert "unspoken" not in repr(settings)
    with pytest.raises(Unavailable, match="bucket"):
        put(place, b"x")
