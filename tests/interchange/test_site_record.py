"""The site's record out and in: the same again changes nothing, and editors' changes stay."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.builders import imported
from tests.conftest import Bench
from tests.interchange.lines import exported
from tests.site.publisher import Publisher

SAMPLE = Path(__file__).parents[2] / "sample" / "peru.jsonl"
RECORD: dict[str, Any] = {
    "type": "site",
    "names": {"en": "The Valley"},
    "navigation": [{"page": "about", "children": [{"tag": "water"}]}],
    "sections": ["water"],
    "featured": ["story"],
    "machines": {"permits": ["search"]},
    "policies": {"ethics": "https://x.example/"},
}


def outcome(bench: Bench, folder: Path, **over: Any) -> str:
    """What becomes of the record: its outcome, or the code of its refusal."""
    path = folder / "site.jsonl"
    path.write_text(json.dumps({**RECORD, **over}))
    report = imported(bench.runtime, path)
    assert report.read == 1
    return report.refused[0].code if report.refused else next(iter(report.outcomes)).split()[1]


def prepare(bench: Bench) -> Publisher:
    builders.tag(bench.runtime, "water")
    builders.published(bench.runtime, title="About", kind="page")
    builders.published(bench.runtime, title="Story")
    return Publisher(bench)


def test_it_is_created_updated_and_left_alone(quiet: Bench, tmp_path: Path) -> None:
    publisher = prepare(quiet)
    assert outcome(quiet, tmp_path) == "created"
    before = publisher.read()
    assert outcome(quiet, tmp_path) == "unchanged"
    assert publisher.read() == before
    assert outcome(quiet, tmp_path, names={"en": "Another"}) == "updated"
    assert publisher.site()["name"] == "Another"
    assert publisher.menu() == [("About", ["Water"])]
    [item] = publisher.home()["featured"]
    assert item["slug"] == "story"
    publisher.save(names={"en": "By hand"})
    assert outcome(quiet, tmp_path) == "edited_here"
    assert publisher.site()["name"] == "By hand"


def test_a_renaming_is_no_change_of_the_record(quiet: Bench, tmp_path: Path) -> None:
    publisher = prepare(quiet)
    assert outcome(quiet, tmp_path) == "created"
    [water] = quiet.client.get("/v1/admin/tags", headers=publisher.headers).json()["data"]
    headers = {**publisher.headers, "If-Match": '"1"'}
    here = f"/v1/admin/tags/{water['id']}"
    assert quiet.client.patch(here, json={"slug": "rivers"}, headers=headers).status_code == 200
    assert outcome(quiet, tmp_path) == "unchanged"
    assert outcome(quiet, tmp_path, sections=None) == "updated"
    [record] = [one for one in exported(quiet.runtime, tmp_path / "x") if one["type"] == "site"]
    assert record["navigation"][0]["children"] == [{"tag": "rivers"}]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"featured": ["nothing"]}, "unknown_article"),
        ({"navigation": [{"page": "story"}]}, "not_a_page"),
        ({"sections": ["nothing"]}, "unknown_tag"),
        ({"names": {"fr": "Nom"}}, "unknown_language"),
        ({"id": "01900000-0000-7000-8000-000000000000"}, "invalid_record"),
        ({"machines": {}}, "invalid_record"),
        ({"featured": "story"}, "invalid_record"),
    ],
)
def test_what_cannot_be_is_refused_whole(
    quiet: Bench, tmp_path: Path, over: dict[str, Any], code: str
) -> None:
    publisher = prepare(quiet)
    assert outcome(quiet, tmp_path, **over) == code
    assert publisher.read()["revision"] == 0


def test_it_survives_a_move(quiet: Bench, other_store: Bench, tmp_path: Path) -> None:
    imported(quiet.runtime, SAMPLE)
    dump = tmp_path / "dump.jsonl"
    records = exported(quiet.runtime, dump, media="files")
    [record] = [one for one in records if one["type"] == "site"]
    assert record["featured"][0] == "la-oroya-wins-in-san-jose"
    assert imported(other_store.runtime, dump).outcomes["site created"] == 1
    assert imported(other_store.runtime, dump).outcomes["site unchanged"] == 1
    assert imported(other_store.runtime, SAMPLE).outcomes["site unchanged"] == 1
    assert exported(other_store.runtime, tmp_path / "again.jsonl", media="files") == records
    for address in ("/v1/site", "/v1/site?lang=es&include=jsonld"):
        here, there = (bench.client.get(address).json() for bench in (quiet, other_store))
        assert here == there
    assert here["data"]["logo"]["alt"].startswith("Una cruz")
    assert here["data"]["navigation"][0]["label"] == "Quiénes somos"
    home = quiet.client.get("/v1/home?lang=es").json()["data"]
    assert {section["tag"]["slug"] for section in home["sections"]} >= {"human-rights", "politics"}


def test_a_logo_that_is_no_medium_here_is_left_out(quiet: Bench, tmp_path: Path) -> None:
    publisher = prepare(quiet)
    path = tmp_path / "site.jsonl"
    nowhere = "01900000-0000-7000-8000-000000000000"
    path.write_text(json.dumps({**RECORD, "logo": nowhere, "import_digest": "0" * 32}))
    report = imported(quiet.runtime, path)
    assert report.outcomes["site created"] == 1
    assert nowhere in report.notices[0].message
    assert publisher.read()["logo"] is None
    assert imported(quiet.runtime, path).outcomes["site unchanged"] == 1
    logo = builders.medium(quiet.runtime)
    assert outcome(quiet, tmp_path, logo=str(logo)) == "updated"
    assert publisher.read()["logo"] == str(logo)
