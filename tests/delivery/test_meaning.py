"""Questions in other words than the texts have, from the setting to the reader."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.editorial import publishing
from tests import builders
from tests.conftest import Bench, bench_in
from tests.search.follow import follow, search_agrees
from tests.search.tiny_model import write_model

ASKED = "/v1/search?q=the petroleum"


@pytest.fixture
def meaning(tmp_path: Path) -> Iterator[Bench]:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    model = write_model(tmp_path / "model")
    with bench_in(tmp_path / "data", semantic_model=model) as opened:
        yield opened


def titles(bench: Bench, url: str = ASKED) -> list[str]:
    return [hit["item"]["title"] for hit in bench.client.get(url).json()["data"]]


def test_readers_find_by_meaning_what_is_public_and_no_longer(meaning: Bench) -> None:
    runtime = meaning.runtime
    for number in range(9):
        builders.published(runtime, title=f"Village {number}", body="The council of the village.")
    spill = builders.published(runtime, title="Crude crude oil", body="Crude oil.")
    builders.draft(runtime, title="Oil", body="Crude oil.")
    follow(runtime)
    deadline = time.monotonic() + 30
    while not titles(meaning) and time.monotonic() < deadline:  # the vectors are read meanwhile
        time.sleep(0.05)
    assert titles(meaning) == ["Crude crude oil"]
    assert titles(meaning, "/v1/search?q=el petroleum") == []
    assert titles(meaning, f"{ASKED}&exact=true") == []
    assert titles(meaning, f"{ASKED}&lang=es") == []
    faceted = meaning.client.get(f"{ASKED}&facets=lang").json()["meta"]
    counts = [(bucket["value"], bucket["count"]) for bucket in faceted["facets"]["lang"]]
    assert (faceted["total"], counts) == (1, [("en", 1)])
    with runtime.publishing() as tx:
        publishing.retract(tx, builders.EDITOR, spill, "It was wrong.")
    assert titles(meaning) == []  # at once, before the index follows
    follow(runtime)
    assert titles(meaning) == []
    assert search_agrees(runtime)
