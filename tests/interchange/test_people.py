"""Authors, members and sponsors out and in again, and as other systems write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.editorial import authors, people
from app.editorial.authors import AuthorRecordChange, AuthorRecordInput
from tests import builders
from tests.builders import EDITOR, imported
from tests.conftest import Bench
from tests.interchange.lines import exported, outcomes

LINKS = [{"label": "Own page", "url": "https://a.example/"}]
PICTURE = "01900000-0000-7000-8000-000000000001"
RECORDS: list[dict[str, Any]] = [
    {
        "type": "author",
        "name": "Ana Pérez",
        "biography": {"en": "A writer.", "es": "Escritora."},
        "portrait": PICTURE,
        "links": LINKS,
        "always_public": True,
    },
    {"type": "author", "name": "Luis", "external_source": "old", "external_id": "7"},
    {"type": "committee_member", "name": "Rosa", "role": "Chair"},
    {"type": "committee_member", "name": "Rosa"},
    {
        "type": "committee_member",
        "name": "Inés",
        "role": {"en": "Treasurer", "es": "Tesorera"},
        "portrait": PICTURE,
        "links": LINKS,
        "position": 4,
    },
    {
        "type": "sponsor",
        "name": "The Lake Trust",
        "names": {"es": "Fundación del Lago"},
        "statement": "We care.",
        "statements": {"es": "Nos importa."},
        "image": PICTURE,
    },
]
DIFFERENT = [*RECORDS[:3], *RECORDS[4:]]  # a name without an id is one member


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def public(bench: Bench, lang: str) -> list[Any]:
    return [
        bench.client.get(f"/v1/{path}?lang={lang}").json()["data"]
        for path in ("authors", "committee", "sponsors")
    ]


def test_out_and_in_again_loses_nothing(bench: Bench, other_store: Bench, tmp_path: Path) -> None:
    source = write(tmp_path / "source.jsonl", *DIFFERENT)
    report = imported(bench.runtime, source)
    assert (report.refused, outcomes(report.outcomes)) == ([], {"created": 5})
    assert outcomes(imported(bench.runtime, source).outcomes) == {"unchanged": 5}
    dump = tmp_path / "dump.jsonl"
    records = exported(bench.runtime, dump)
    by_name = {record["name"]: record for record in records}
    for record in DIFFERENT:
        assert record.items() <= by_name[record["name"]].items()
    assert outcomes(imported(bench.runtime, dump).outcomes) == {"unchanged": 5}
    assert outcomes(imported(other_store.runtime, dump).outcomes) == {"created": 5}
    assert exported(other_store.runtime, tmp_path / "again.jsonl") == records
    for lang in ("en", "es"):
        assert public(other_store, lang) == public(bench, lang)
    assert outcomes(imported(other_store.runtime, source).outcomes) == {"unchanged": 5}


def test_what_changed_at_its_source_changes_here_unless_it_was_edited(
    bench: Bench, tmp_path: Path
) -> None:
    source = tmp_path / "source.jsonl"
    imported(bench.runtime, write(source, *DIFFERENT))
    newer = [
        DIFFERENT[0] | {"biography": {"en": "An editor."}},
        DIFFERENT[1] | {"name": "Luis R."},
        DIFFERENT[2] | {"role": "President"},
        DIFFERENT[3] | {"links": []},
        DIFFERENT[4] | {"names": {}},
    ]
    report = imported(bench.runtime, write(source, *newer))
    assert (report.refused, outcomes(report.outcomes)) == ([], {"updated": 5})
    found = bench.client.get("/v1/authors").json()["data"]
    assert [(one["slug"], one["biography"]) for one in found] == [("ana-perez", "An editor.")]
    assert bench.client.get("/v1/committee").json()["data"][0]["role"] == "President"
    with bench.runtime.publishing() as tx:
        ana, luis = authors.list_records(tx)
        assert (luis.slug, luis.name) == ("luis", "Luis R.")  # known by where it came from
        authors.edit(tx, EDITOR, ana.id, AuthorRecordChange(name="Ana P."))
    report = imported(bench.runtime, write(source, DIFFERENT[0]))
    assert [refusal.code for refusal in report.refused] == ["edited_here"]


def test_a_portrait_may_come_after_the_person(bench: Bench, tmp_path: Path) -> None:
    key = builders.medium(bench.runtime)
    member = {"type": "committee_member", "name": "Rosa", "portrait": str(key)}
    absent = {"type": "author", "name": "Ana", "portrait": PICTURE, "always_public": True}
    assert imported(bench.runtime, write(tmp_path / "a.jsonl", member, absent)).refused == []
    assert bench.client.get("/v1/committee").json()["data"][0]["portrait"] is not None
    assert bench.client.get("/v1/authors/ana").json()["data"]["portrait"] is None


@pytest.mark.parametrize(
    "record",
    [
        {"type": "author"},
        {"type": "author", "name": "X", "links": [{"label": "x", "url": "javascript:x"}]},
        {"type": "author", "name": "X", "external_source": "old"},
        {"type": "author", "name": "..."},
        {"type": "committee_member", "name": "X", "role": 5},
        {"type": "committee_member", "name": "X", "role": {"english": "x"}},
        {"type": "sponsor", "name": "X", "names": "x"},
    ],
)
def test_bad_records_are_refused(bench: Bench, tmp_path: Path, record: dict[str, Any]) -> None:
    report = imported(bench.runtime, write(tmp_path / "bad.jsonl", record))
    assert len(report.refused) == 1
    assert report.refused[0].message


def test_two_members_cannot_have_one_slug(bench: Bench, tmp_path: Path) -> None:
    with bench.runtime.publishing() as tx:
        people.MEMBERS.add(tx, EDITOR, people.MemberInput(name="Rosa"))
        authors.create(tx, EDITOR, AuthorRecordInput(name="Rosa"))
    other = {"type": "committee_member", "name": "Another", "slug": "Rosa"}
    report = imported(bench.runtime, write(tmp_path / "a.jsonl", other))
    assert [refusal.code for refusal in report.refused] == ["slug_taken"]
