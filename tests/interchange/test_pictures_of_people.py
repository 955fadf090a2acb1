"""Portraits and logos by the names of media, before and after the media themselves come."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Bench
from tests.interchange.media_records import MEDIUM, brought, refusals

ID = "01900000-0000-7000-8000-000000000001"
NAMED = "media:march"
AUTHOR = {"type": "author", "name": "Ana", "always_public": True}
SHOWING: list[dict[str, Any]] = [
    {**AUTHOR, "portrait": NAMED},
    {"type": "committee_member", "name": "Rosa", "portrait": NAMED},
    {"type": "sponsor", "name": "The Lake Trust", "image": NAMED},
    {"type": "site", "names": {"en": "A site"}, "logo": NAMED},
]


def answer(bench: Bench, path: str) -> Any:
    return bench.client.get(f"/v1/{path}").json()["data"]


def shown(bench: Bench) -> list[Any]:
    (member,), (sponsor,) = answer(bench, "committee"), answer(bench, "sponsors")
    author, site = answer(bench, "authors/ana"), answer(bench, "site")
    return [author["portrait"], member["portrait"], sponsor["image"], site["logo"]]


def test_all_that_show_a_picture_may_name_it(quiet: Bench, tmp_path: Path) -> None:
    former = {**MEDIUM, "former_paths": ["/up/march.jpg"]}
    assert brought(quiet, tmp_path, former, *SHOWING).refused == []
    again = brought(quiet, tmp_path, former, *SHOWING)
    assert {outcome.split()[1] for outcome in again.outcomes} == {"unchanged"}
    pictures = shown(quiet)
    assert [picture["alt"] for picture in pictures] == ["A march"] * 4
    resolution = answer(quiet, "resolve?path=/up/march.jpg")
    assert (resolution["kind"], resolution["status"]) == ("media", 301)
    assert resolution["url"].endswith(resolution["location"])
    assert quiet.client.get(resolution["location"]).status_code == 200
    assert pictures[0]["url"].endswith(resolution["location"])


@pytest.mark.parametrize("record", SHOWING, ids=lambda record: record["type"])
def test_a_name_that_is_not_known_is_refused(
    quiet: Bench, tmp_path: Path, record: dict[str, Any]
) -> None:
    assert refusals(brought(quiet, tmp_path, record)) == [(1, "unknown_media")]
    (field,) = record.keys() & {"portrait", "image", "logo"}
    for wrong in ("media:march#640.webp", "media:", "march", 7):
        report = brought(quiet, tmp_path, MEDIUM, {**record, field: wrong})
        assert refusals(report) == [(2, "invalid_record")]


def test_a_portrait_appears_when_its_medium_comes(quiet: Bench, tmp_path: Path) -> None:
    assert brought(quiet, tmp_path, {**AUTHOR, "portrait": ID}).refused == []
    before = quiet.client.get("/v1/authors/ana")
    assert before.json()["data"]["portrait"] is None
    assert brought(quiet, tmp_path, {**MEDIUM, "id": ID}).refused == []
    after = quiet.client.get("/v1/authors/ana", headers={"if-none-match": before.headers["etag"]})
    assert after.json()["data"]["portrait"]["alt"] == "A march"
    # A portrait shows what is said of its medium now.
    assert brought(quiet, tmp_path, {**MEDIUM, "id": ID, "alt": {"en": "Women"}}).refused == []
    assert answer(quiet, "authors/ana")["portrait"]["alt"] == "Women"
