"""Moving in at the desk, in a real browser with a real worker: files are sent, the import is tried,
read, made and taken back."""

from pathlib import Path
from typing import Any

import pytest

from app.main import create_app
from app.runtime import open_runtime
from tests import stores
from tests.admin.desk import colleague
from tests.desk import driving
from tests.importers.moving import write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export
from tests.served import served
from tests.zipped import zip_folder

pytestmark = pytest.mark.timeout(540)  # npm may have to install first
POSTS = 100
LONG = "A sentence of some length, as they are. " * 480


def write_cases(folder: Path) -> dict[str, str]:
    """An export of two megabytes, its media, and a file that was chosen by mistake."""
    picture = f'<p>A march.</p><img src="{UPLOADS}/2019/05/march.jpg">[contact-form-7 id="3"]'
    posts = [item(number, body=f"<p>{LONG}</p>") for number in range(3, POSTS + 1)]
    others = [
        item(POSTS + 1, status="trash"),
        item(POSTS + 2, status="trash"),
        item(POSTS + 3, type="page", title="About us", slug="about"),
        item(POSTS + 4, type="event", title="A meeting", slug="meeting"),
        attachment(9_001, "2019/05/march.jpg"),
    ]
    first = [item(1, body=picture), item(2, status="private")]
    site = write_export(folder / "site.xml", *first, *posts, *others)
    pictures = write_pictures(folder / "uploads", "2019/05/march.jpg")
    (pictures / "film.mp4").write_bytes(bytes(range(256)) * 6_000)
    media = folder / "uploads.zip"
    media.write_bytes(zip_folder(pictures))
    wrong = folder / "wrong.xml"
    wrong.write_text("<rss/>")
    return {"site": str(site), "media": str(media), "wrong": str(wrong)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser saw, once for all tests."""
    program = driving.program("moving.mjs")
    folder = tmp_path_factory.mktemp("store")
    cases = write_cases(tmp_path_factory.mktemp("site"))
    stores.ensure_store(folder)
    settings = stores.settings_of(folder, rate_limit=0)
    with open_runtime(settings, check_schema=False) as runtime:
        colleague(runtime)
        with served(create_app(runtime)) as address:
            return {"cases": cases, **driving.drive(program, address, cases)}


def size_of(told: dict[str, Any], name: str) -> int:
    return Path(told["cases"][name]).stat().st_size


def test_every_state_keeps_the_policy_and_is_whole(told: dict[str, Any]) -> None:
    seen = told["seen"]
    assert (seen["policy"], seen["errors"], seen["axe"], seen["wide"]) == ([], [], {}, {})
    assert {"import-small-checked", "import-small-imported"} <= set(seen["bare"])


def test_a_file_goes_on_where_the_connection_broke(told: dict[str, Any]) -> None:
    """A part is sent again, and no part that has arrived."""
    assert "does not answer" in told["interrupted"]
    assert "on their way" in told["hindered"]
    size = size_of(told, "site")
    assert size > 1_500_000
    sent = [(start, length) for start, _, length in told["starts"]]
    assert sent[0] == (0, 1_000_000)
    assert [start for start, _ in sent[1:4]] == [1_000_000] * 3
    assert max(length for _, length in sent) <= 4_000_000
    assert told["files"] == [
        {"role": "export", "name": "site.xml", "size": size, "file_size": size}
    ]


def test_the_same_file_goes_on_after_the_tab_has_died(told: dict[str, Any]) -> None:
    assert told["cancelled"] == 1
    assert "Choose the same file again" in told["partly"]
    assert told["incomplete"]
    assert told["resumed"][0] == 1_000_000
    assert told["sent"] == [
        ["site.xml", "export", size_of(told, "site")],
        ["uploads.zip", "media", size_of(told, "media")],
    ]


def test_a_trial_says_what_would_come(told: dict[str, Any]) -> None:
    assert told["withoutFiles"]
    assert told["tried"] == (
        "100 of 102 posts and 1 of 1 page would come; 2 are left. Nothing was kept."
    )
    for part in ("in the trash", "unknown shortcode, kept as text", "contact-form-7", "2 ×"):
        assert part in told["report"], part
    assert "do not add up" not in told["report"]
    assert "1 of 1 “event”" in told["more"]
    assert told["nothing"] == 0


def test_an_import_comes_in_and_is_taken_back(told: dict[str, Any]) -> None:
    assert "become public here at once" in told["asked"]
    assert told["imported"].startswith("100 of 102 posts")
    assert told["imported"].endswith("came; 2 are left.")
    assert told["focus"] == "headline"
    assert told["article"] == "Text 1"
    assert "edited here since stays" in told["undoAsked"]
    assert told["undone"] == "102 articles were taken back."
    assert told["gone"] == [410, "import_undone"]


def test_what_failed_says_what_to_do(told: dict[str, Any]) -> None:
    assert "holds no export" in told["failed"]
    assert "empty_archive" in told["failed"]
    assert told["left"] == ["undone"]
