"""The archive that benchmarks fill is one that Willay could have written itself."""

from pathlib import Path
from uuid import UUID

from app.editorial import publishing
from benchmarks.corpus import Size, fill
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench
from tests.interchange.lines import exported, outcomes


def test_a_filled_archive_goes_on_as_any_other(quiet: Bench, tmp_path: Path) -> None:
    fill(quiet.runtime.database, Size(300, words=60), quiet.clock())
    quiet.clock.move(minutes=1)
    builders.published(quiet.runtime, title="A new article", slug="new", tags=("news",))
    item = quiet.client.get("/v1/articles?tag=news").json()["data"][0]
    assert item["slug"] == "new"
    older = quiet.client.get("/v1/articles?limit=2").json()["data"][1]
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, UUID(older["id"]), "It was wrong.")
    changes = quiet.client.get("/v1/changes?limit=100").json()
    assert changes["data"]
    records = exported(quiet.runtime, tmp_path / "dump.jsonl")
    again = outcomes(builders.imported(quiet.runtime, tmp_path / "dump.jsonl").outcomes)
    assert again == {"unchanged": len(records)}
