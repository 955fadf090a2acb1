"""Issues that went out move to another store: readers find them there, and nobody gets a letter."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.interchange import jsonl_writer
from tests import builders
from tests.newsletters.mailing import Newsroom, newsroom

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def records(room: Newsroom) -> list[dict[str, Any]]:
    return [json.loads(line) for line in jsonl_writer.export_lines(room.runtime)]


def bring(room: Newsroom, folder: Path, *lines: dict[str, Any]) -> Any:
    path = folder / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return builders.imported(room.runtime, path)


def test_issues_survive_a_move_and_are_mailed_to_nobody(tmp_path: Path) -> None:
    with newsroom(tmp_path / "here") as here, newsroom(tmp_path / "there") as there:
        here.join("ana@example.org", rhythm="daily")
        for day, title in enumerate(("A march", "A law")):
            here.publish(title)
            here.clock.now = MONDAY + timedelta(days=day, minutes=1)
            here.work()
        dump = records(here)
        issues = [record for record in dump if record["type"] == "newsletter_issue"]
        assert [it["articles"] for it in issues if it["rhythm"] == "daily"] == [
            ["a-march"],
            ["a-law"],
        ]
        assert "ana@example.org" not in json.dumps(dump)
        assert jsonl_writer.count_records(here.runtime) == len(dump)

        there.clock.now = here.clock.now
        there.work()
        there.join("luis@example.org", rhythm="daily")
        assert bring(there, tmp_path, *dump).refused == []
        again = bring(there, tmp_path, *dump)
        assert {what.split()[1] for what in again.outcomes} == {"unchanged"}
        lists = [room.client.get("/v1/newsletters").json()["data"] for room in (here, there)]
        assert lists[0] == lists[1]
        assert len(lists[0]) >= 2
        page = f"/v1/newsletters/{lists[0][0]['id']}"
        assert there.client.get(page).json()["data"]["articles"][0]["title"] == "A law"
        assert there.letters() == []
        there.pass_time(days=1)
        assert there.letters() == [], "what was mailed there is no news here"
        there.publish("A vote")
        there.pass_time(days=1)
        assert str(there.letter_to("luis@example.org")["Subject"]).startswith("Daily news 3")


def test_an_issue_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    with newsroom(tmp_path / "there") as there:
        there.publish("A march")
        issue: dict[str, Any] = {
            "type": "newsletter_issue", "rhythm": "weekly", "lang": "en", "number": 4,
            "closed_at": "2025-01-06T09:00:00Z", "articles": ["a-march"],
        }  # fmt: skip
        wrong = (
            issue | {"articles": ["nowhere"]},
            issue | {"closed_at": "2031-01-06T09:00:00Z"},
            issue | {"lang": "qu"},
            issue | {"status": "sending"},
        )
        report = bring(there, tmp_path, *wrong, issue, issue, issue | {"subject": "Another"})
        assert [(it.line, it.code) for it in report.refused] == [
            (1, "unknown_slug"),
            (2, "issue_to_come"),
            (3, "unknown_language"),
            (4, "invalid_record"),
            (7, "issue_differs"),
        ]
        outcomes = {"newsletter_issue created": 1, "newsletter_issue unchanged": 1}
        assert report.outcomes == outcomes
        (listed,) = there.client.get("/v1/newsletters").json()["data"]
        assert (listed["number"], listed["sent_at"]) == (4, "2025-01-06T09:00:00Z")
        there.pass_time(days=8)
        assert there.letters() == []
