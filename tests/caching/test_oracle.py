"""The oracle for some seconds, beside a server that is wrong on purpose and is found out."""

from pathlib import Path

import pytest

from tests.caching.history import NOTHING, Change, Sighting, judge
from tests.caching.oracle import watch
from tests.stores import url_of


@pytest.mark.timeout(300)
def test_no_answer_is_older_than_its_question(tmp_path: Path) -> None:
    """While that of a server that trusts the head for 50 ms is: on a busy machine only after a
    while."""
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = watch(folder, 4.0, ["none", "none", "trusts"], url=url_of(folder))
        *honest, wrong = run.outcomes
        for outcome in honest:
            assert outcome.verdict.compared > 20, run
            assert not outcome.verdict.older, run
            assert not outcome.verdict.early, run
        if wrong.verdict.older:
            return
    pytest.fail(f"{run}")


def test_the_judgement() -> None:
    """Version 0 until 10, uncertain at 11 and 12; nothing from 20 on, version 2 at 30."""
    changes = {
        0: [
            Change(0, 1.0, 2.0),
            Change(1, 10.0, 11.0),
            Change(5, 14.0, 15.0, is_sure=False),
            Change(NOTHING, 20.0, 21.0),
            Change(2, 30.0, 30.0),
        ]
    }
    fine = [(10.5, 10.6, 0), (10.5, 10.6, 1), (19, 19, 5), (19, 19, 1), (20.5, 29, NOTHING)]
    older = [(11.1, 12, 0), (21.1, 22, 1), (21.1, 22, 5), (30.1, 31, NOTHING)]
    early = [(5, 9.9, 1), (29, 29.9, 2), (12, 13, 5), (12, 13, 7)]
    unknown = [(1.0, 5.0, 9)]
    sightings = [
        Sighting(80, asked, answered, 0, version)
        for asked, answered, version in (*fine, *older, *early, *unknown)
    ]
    verdict = judge(changes, sightings)[80]
    assert verdict.compared == len(fine) + len(older) + len(early)
    assert [seen[1:3] + seen[4:] for _, seen in verdict.older] == older
    assert [seen[1:3] + seen[4:] for seen in verdict.early] == early
    assert verdict.older[0][0] == pytest.approx(0.1)
