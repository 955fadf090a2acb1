"""Articles leave with what they show: in a store that has the media they are media again, in
another one addresses."""

from pathlib import Path
from typing import Any

from app.editorial import takedown
from tests import builders
from tests.builders import BY, imported
from tests.conftest import Bench
from tests.interchange.lines import exported, outcomes

BASE = "http://127.0.0.1:8000"


def image_of(bench: Bench, slug: str) -> Any:
    return bench.client.get(f"/v1/articles/{slug}").json()["data"]["image"]


def test_media_leave_as_addresses_and_come_back_as_media(
    quiet: Bench, other_store: Bench, tmp_path: Path
) -> None:
    key = builders.medium(quiet.runtime, alt={"en": "Two halves"}, credit="Ana")
    body = f"![](/v1/media/{key}/400.jpg) and [file](/v1/media/{key}/320.jpg), see x/v1/media/y."
    builders.published(quiet.runtime, title="one", image={"media_id": key}, body=body)
    quiet.clock.move(seconds=1)
    builders.draft(quiet.runtime, title="two", lang="es", image={"media_id": key})
    dump = tmp_path / "dump.jsonl"
    records = exported(quiet.runtime, dump)
    address = f"{BASE}/v1/media/{key}"
    shown = {"media_id": str(key), "url": f"{address}/400.jpg", "credit": "Ana"}
    assert [record["image"] for record in records] == [{**shown, "alt": "Two halves"}, shown]
    assert records[0]["body"] == (
        f"![]({address}/400.jpg) and [file]({address}/320.jpg), see x/v1/media/y."
    )
    assert outcomes(imported(quiet.runtime, dump).outcomes) == {"unchanged": 2}
    assert outcomes(imported(other_store.runtime, dump).outcomes) == {"created": 2}
    again = exported(other_store.runtime, tmp_path / "again.jsonl")
    assert [{**record, "import_digest": None} for record in again] == [
        {**record, "import_digest": None} for record in records
    ]
    there = image_of(other_store, "one")
    assert (there["url"], there["alt"], there["sizes"]) == (
        f"{address}/400.jpg",
        "Two halves",
        None,
    )
    assert image_of(quiet, "one")["sizes"] is not None


def test_what_was_taken_down_does_not_leave(quiet: Bench, tmp_path: Path) -> None:
    key = builders.medium(quiet.runtime, alt={"en": "Two halves"})
    builders.draft(quiet.runtime, title="one", image={"media_id": key})
    with quiet.runtime.publishing() as tx:
        takedown.take_down(tx, BY, key, None, "Asked.")
    assert "image" not in exported(quiet.runtime, tmp_path / "dump.jsonl")[0]
