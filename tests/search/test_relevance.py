"""The judged queries stay as well answered as they were, and every part earns its place."""

import json
from pathlib import Path

import pytest

from benchmarks.relevance import __main__ as relevance
from benchmarks.relevance.collections import (
    PUBLIC,
    SAMPLE,
    Collection,
    judged_sample,
    known_items,
    newsroom,
    public_collections,
)
from benchmarks.relevance.engines import MODEL, Measured, PlainTantivy, Willay
from benchmarks.relevance.measures import Score, get_interval, get_p_value
from benchmarks.relevance.robustness import to_variants
from benchmarks.relevance.servers import URL
from benchmarks.relevance.slips import to_slips


def _mean(engine: Measured, collection: Collection) -> Score:
    return Score.mean(
        [Score.of(engine.best(topic.text, 10), topic.grades) for topic in collection.topics]
    )


def test_the_judged_queries() -> None:
    sample = judged_sample()
    with Willay(sample.documents) as willay:
        ours, plain = _mean(willay, sample), _mean(PlainTantivy(sample.documents), sample)
    assert ours.ndcg > 0.88 > plain.ndcg
    assert ours.mrr > 0.95
    assert ours.empty == 0


def test_a_misspelt_word_costs_next_to_nothing() -> None:
    collection = known_items(SAMPLE)
    with Willay(collection.documents) as willay:
        scores = {
            group: Score.mean(
                [
                    Score.of(willay.best(topic.text, 10), topic.grades)
                    for topic in collection.topics
                    if topic.group == group
                ]
            ).mrr
            for group in {topic.group for topic in collection.topics}
        }
    assert scores["three title words"] > 0.95
    assert scores["three title words, one misspelt"] > 0.93


def test_a_newsroom_s_readers_never_get_an_empty_page() -> None:
    collection = newsroom()
    assert {"misspelt", "last word cut", "no accents"} < {
        topic.group for topic in collection.topics
    }
    with Willay(collection.documents) as willay:
        score = _mean(willay, collection)
    assert score.empty == 0
    assert score.ndcg > 0.84


def test_slips_change_loose_words_only_and_are_the_same_in_every_run() -> None:
    slips = dict(to_slips('"ni una menos" marcha en Apurímac'))
    assert slips == dict(to_slips('"ni una menos" marcha en Apurímac'))
    assert slips["no accents"] == '"ni una menos" marcha en Apurimac'
    assert slips["last word cut"] == '"ni una menos" marcha en Apurím'
    assert slips["misspelt"].startswith('"ni una menos" ')
    assert dict(to_slips('"water or gold"')) == {}


def test_chance_is_told_from_a_difference() -> None:
    better, worse = [0.5 + n % 2 / 10 for n in range(60)], [0.4 + n % 3 / 10 for n in range(60)]
    low, high = get_interval(better)
    assert 0.5 < low < sum(better) / 60 < high < 0.6
    assert get_p_value(better, better) == 1
    assert get_p_value(better, worse) < 0.05 < get_p_value(better[:2], worse[:2])


def test_any_collection_is_measured_and_the_absent_ones_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cisi"
    folder.mkdir()
    texts = [
        {"id": n, "title": f"Title {n}", "text": f"word{n} and more", "lang": "es"}
        for n in range(9)
    ]
    (folder / "documents.jsonl").write_text("\n".join(map(json.dumps, texts)))
    (folder / "queries.tsv").write_text("q1\tword3 or more\nq2\tnobody judged\nq3\tword8\n")
    (folder / "qrels.txt").write_text("q1 0 3 1\nq1 0 4 0\nq3 0 8 2\n")
    (collection,), absent = public_collections(tmp_path)
    assert sorted([*absent, "cisi"]) == sorted(PUBLIC)
    assert [topic.grades for topic in collection.topics] == [{"3": 1}, {"8": 2}]
    relevance.main(["--part", "robustness", "--part", "fit", "--collections", str(tmp_path)])
    shown = capsys.readouterr().out
    assert all(f"  {variant.name}" in shown for variant in to_variants(collection))
    assert "mean gain over exact on the collection left out" in shown
    assert "skipped: adi, cacm, cran" in shown


def test_what_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.delenv(MODEL, raising=False)
    relevance.main(["--part", "fit", "--collections", str(tmp_path / "nowhere")])
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 4
    assert all(line.startswith("skipped: ") for line in shown)
    assert "the fit of the widening" in shown[1]
    assert "the ranking by meaning" in shown[3]
