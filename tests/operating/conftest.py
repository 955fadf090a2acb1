"""The operator of these tests."""

from pathlib import Path

import pytest

from tests.operating.faults import Operator


@pytest.fixture
def willay(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Operator:
    """`willay` over a data folder below `tmp_path`."""
    return Operator(monkeypatch, capfd, tmp_path)
