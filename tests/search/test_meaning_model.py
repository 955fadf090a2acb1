"""A model is read from the operator's folder, and what is wrong with it is told at the start."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import doctor
from app.errors import Unavailable
from app.search.embedded.meaning.opening import open_encoder
from app.search.embedded.meaning.wordpiece import WordPieces
from app.search.protocol import Query
from app.worker.indexing import IndexFollower
from tests import builders, stores
from tests.commands import willay
from tests.conftest import store
from tests.search.tiny_model import write_model

PIECES = ["[UNK]", "[CLS]", "[SEP]", "oil", "##s", "##il", "o", "nino", "-", "日", "€", "5", "##€"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    return write_model(tmp_path / "model")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Oil, OILS", ["oil", "[UNK]", "oil", "##s"]),
        ("El  Niño\u200b-\u00a0o", ["[UNK]", "nino", "-", "o"]),
        ("日日", ["日", "日"]),
        ("5€ €", ["5", "##€", "€"]),
        ("oi", ["[UNK]"]),
        ("o\u0301il\x00", ["oil"]),
        (f"oil {'oil' * 34} \ud800", ["oil", "[UNK]"]),
        ("[CLS]", ["[UNK]", "[UNK]", "[UNK]"]),
        ("", []),
    ],
)
def test_text_is_split_as_the_model_was_taught(text: str, pieces: list[str]) -> None:
    word_pieces = WordPieces({piece: at for at, piece in enumerate(PIECES)})
    assert [PIECES[number] for number in word_pieces.split(text)] == pieces


def test_a_question_to_the_service_is_ranked_by_the_model(model: Path, tmp_path: Path) -> None:
    """From the setting to the answer, and what the doctor says of it."""
    with store(None, tmp_path / "data", semantic_model=model) as (runtime, clock):
        for n in range(9):
            builders.published(runtime, title=f"Village {n}", body="The council of the village.")
        builders.published(runtime, title="Crude crude oil", body="Crude oil.")
        while IndexFollower(runtime).step():
            clock.move(seconds=1)
        deadline = time.monotonic() + 30
        while not (hits := runtime.search.search(Query("the petroleum")).result.hits):
            assert time.monotonic() < deadline
        assert len(hits) == 1
        assert runtime.search.search(Query("el petroleum")).result.hits == ()
        state = {one.subject: one for one in doctor.examine(runtime)}["search"].state
        assert f"ranked by meaning too (model {open_encoder(model).digest})" in state


def test_vectors_have_one_length_and_follow_the_words_alone(model: Path) -> None:
    encoder = open_encoder(model)
    oil, petroleum, ruler = map(encoder.encode_question, ("Oil!", "petroleum", "a ruler"))
    assert abs(float(oil @ oil) - 1) < 1e-5
    assert float(oil @ petroleum) > 0.99
    assert abs(float(oil @ ruler)) < 0.1
    assert encoder.can_read(["zzzz", "oil"])
    assert not encoder.can_read(["zzzz", "oilskin"])


def _remove_model(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def _remove_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def _cut_model(folder: Path) -> None:
    file = folder / "model.onnx"
    file.write_bytes(file.read_bytes()[:-100])


def _garble_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{")


def _take_another_tokenizer(folder: Path) -> None:
    file = folder / "tokenizer.json"
    content = json.loads(file.read_text())
    content["model"]["type"] = "BPE"
    file.write_text(json.dumps(content))


def _take_a_larger_vocabulary(folder: Path) -> None:
    """The model has no vector for a special piece."""
    file = folder / "tokenizer.json"
    content = json.loads(file.read_text())
    content["model"]["vocab"]["[SEP]"] = 99
    file.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "spoil",
    [
        _remove_model,
        _remove_tokenizer,
        _cut_model,
        _garble_tokenizer,
        _take_another_tokenizer,
        _take_a_larger_vocabulary,
    ],
)
def test_a_model_that_cannot_be_read_is_told_at_the_start(
    model: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(model)
    stores.ensure_store(tmp_path / "data")
    done = willay(tmp_path / "data", "doctor", WILLAY_SEMANTIC_MODEL=str(model))
    assert done.returncode != 0
    assert "[semantic_model_unreadable]" in done.stderr
    assert "WILLAY_SEMANTIC_MODEL needs a folder with model.onnx and tokenizer.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_extra_is_told_at_the_start(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['onnxruntime'] = None\n"
        "from pathlib import Path\n"
        "from app.search.embedded.meaning.opening import open_encoder\n"
        "open_encoder(Path(sys.argv[1]))\n"
    )
    call = [sys.executable, "-c", code, str(write_model(tmp_path))]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert "install Willay with its extra `semantic`. [semantic_not_installed]" in done.stderr


def test_a_model_without_the_engine_that_uses_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="semantic_model needs the embedded engine"):
        stores.settings_of(
            tmp_path,
            semantic_model=tmp_path,
            meilisearch_url="http://127.0.0.1:7700",
            search_fallback=False,
        )


def test_a_folder_that_is_absent_names_itself(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    with pytest.raises(Unavailable, match="absent") as failure:
        open_encoder(tmp_path / "absent")
    assert failure.value.code == "semantic_model_unreadable"
