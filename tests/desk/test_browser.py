"""The desk in a real browser, as editors use it, over the sample and texts that mean harm.

Where npm's packages, Chromium or the built desk are absent it is skipped, and says so.
`WILLAY_SCREENSHOTS` names a folder for pictures of the screens.
"""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
import pytest

from app.accounts import second_factor
from app.main import create_app
from app.worker.newsletters import NewsletterFollower
from tests import builders
from tests.accounts.people import DESK as ORIGIN
from tests.accounts.people import PASSWORD, door
from tests.admin.desk import colleague
from tests.commands import SAMPLE
from tests.conftest import store
from tests.desk import driving
from tests.served import free_port, served

pytestmark = pytest.mark.timeout(540)  # npm may have to install first
HARM = 'hostile <script>window.harmed = 1</script><img src="x" onerror="window.harmed = 1">'
DOCS = Path(__file__).with_name("google_docs.html")
"""What the clipboard holds after a copy in Google Docs."""
BODIES = json.loads(Path(__file__).with_name("bodies.json").read_text())


def sample_bodies() -> list[dict[str, str]]:
    lines = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    return [
        {
            "name": record["slug"],
            "body": record["body"],
            "format": record["body_format"],
            "lang": record["lang"],
        }
        for record in lines
        if record["type"] == "article" and record.get("body")
    ]


def moments() -> list[tuple[str, str, list[str]]]:
    """Half-hours of the days in which clocks change: each with the instants that it stands for."""
    every = []
    for name in ("Europe/London", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"):
        zone = ZoneInfo(name)
        for day in (datetime(2026, 1, 1) + timedelta(days=count) for count in range(365)):  # noqa: DTZ001  # local
            edges = [(day + timedelta(days=step)).replace(tzinfo=zone) for step in (-1, 2)]
            if edges[0].utcoffset() == edges[1].utcoffset():
                continue
            for local in (day + timedelta(minutes=30 * count) for count in range(48)):
                folds = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
                real = {at for at in folds if at.astimezone(zone).replace(tzinfo=None) == local}
                instants = [f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for at in sorted(real)]
                every.append((f"{local:%Y-%m-%dT%H:%M}", name, instants))
    return every


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser saw, once for all tests."""
    program = driving.program("drive.mjs")
    folder = tmp_path_factory.mktemp("store")
    front = free_port()
    preview = f"http://127.0.0.1:{front}/preview/{{token}}"
    settings = {"timezone": "Europe/London", "preview_url": preview}
    with store(None, folder, **settings) as (runtime, clock):
        assert builders.imported(runtime, SAMPLE).refused == []
        for role in ("admin", "publisher", "editor", "writer"):
            colleague(runtime, role)  # type: ignore[arg-type]  # they are roles
        runtime.promote()
        follower = NewsletterFollower(runtime, look_seconds=0.0)
        while follower.step():
            pass
        source = builders.published(runtime, title="A source", summary="In short.", slug="source")
        for slug in ("rivers", "roads"):
            builders.published(runtime, title=f"News of {slug}", summary="In short.", slug=slug)
        builders.draft(runtime, title=HARM, summary=HARM, body=HARM, body_format="html")
        who = door(runtime).login("publisher@example.org", PASSWORD, None, ORIGIN).principal
        proof = door(runtime).prove(who, PASSWORD, None, ORIGIN)
        with runtime.database.writing() as tx:
            enrolment = second_factor.enrol(tx, proof, runtime.key(), clock(), "Desk")
            totp = pyotp.TOTP(enrolment.secret)
            second_factor.confirm(tx, who, totp.at(clock()), runtime.key(), clock())
        clock.move(minutes=2)
        cases = {
            "source": str(source),
            "front": front,
            "hook": "https://hooks.example.org/willay",
            "docs": DOCS.read_text(),
            "picture": base64.b64encode(builders.picture()).decode(),
            "better": base64.b64encode(builders.picture(size=(1600, 1000))).decode(),
            "bodies": sample_bodies() + BODIES,
            "moments": moments(),
            "skipped": "2026-03-29T01:30",
            "double": "2026-10-25T01:30",
            "moved": "2026-10-26T09:00",
        }
        with served(create_app(runtime)) as address:
            return driving.drive(program, address, cases, totp.at(clock()))


def test_every_screen_keeps_the_policy_and_is_whole(told: dict[str, Any]) -> None:
    seen = told["seen"]
    assert (seen["policy"], seen["errors"], seen["axe"], seen["wide"]) == ([], [], {}, {})
    assert len(seen["bare"]) > 35
    assert told["spanish"] == "es"


def test_a_text_is_written_and_published_by_mouse(told: dict[str, Any]) -> None:
    written = told["written"]
    assert told["second"].startswith("The password is right")
    assert told["withoutAlt"]
    body = written["body"]
    assert body.startswith("They walked 5 < 6 hours, a \\* b. <strong>Peacefully:</strong>so far.")
    assert '<figure><img src="/v1/media/' in body
    assert "\n\nAfter it.\n\n**Word** text\n\n- One\n- Two" in body
    assert "5 &lt; 6 hours, a * b. <strong>Peacefully:</strong>so far." in written["html"]
    assert 'alt="People in a street"' in written["html"]
    assert "Published" in written["notices"]


def test_a_correction_leaves_the_draft_beside_it(told: dict[str, Any]) -> None:
    assert told["corrected"] == {
        "summary": "Four thousand came.",
        "notes": ["The number was missing."],
        "leaks": False,
        "draft": True,
        "draftSummary": "Four thousand came.",
    }


def test_two_people_write_in_one_text(told: dict[str, Any]) -> None:
    assert told["joined"] == "First. Eva.\n\nSecond.\n\nThird. Ana."
    assert told["chosen"] == "First. Eva.\n\nSecond. Ana here.\n\nSecond. Eva here.\n\nThird. Ana."


def test_no_word_is_lost_without_a_network_nor_with_the_tab(told: dict[str, Any]) -> None:
    assert "kept in this browser" in told["cut"]
    assert "On a train" in told["kept"]
    restored = told["restored"]
    assert restored["body"] == "Before. In the tunnel. Second tunnel."
    assert restored["shown"].strip() == restored["body"]
    assert "had kept words" in restored["says"]


def test_no_word_is_lost_when_the_server_refuses(told: dict[str, Any]) -> None:
    assert "Trying again. A sentence." in told["faults"]["500"]
    assert "kept in this browser. A sentence." in told["faults"]["413"]
    assert "Trying again. A sentence." in told["faults"]["429"]
    assert "does not answer" in told["faults"]["0"]
    assert told["faults"]["body"] == "Good. 500. 413. 429. 0. Left. Trashed. Ended."


def test_a_schedule_knows_the_house_s_clocks(told: dict[str, Any]) -> None:
    assert "skip this time" in told["skipped"]["says"]
    assert "twice" in told["double"]["says"]
    assert told["skipped"]["disabled"]
    assert told["double"]["disabled"]
    assert told["scheduled"] == ["2026-10-25T01:30:00Z"]
    assert told["moved"] == ["2026-10-26T09:00:00Z"]
    assert told["moments"] == []


def test_a_translation_is_written_beside_its_source(told: dict[str, Any]) -> None:
    assert "still the text of the original" in told["untranslated"]
    made = told["translated"]
    assert (made["lang"], made["title"], made["body"]) == ("es", "Una fuente", "En español.")
    assert made["translated_from"]["is_translated"]


def test_the_keyboard_does_everything(told: dict[str, Any]) -> None:
    keyboard = told["keyboard"]
    assert keyboard["skip"] == "skip"
    assert (keyboard["closed"], keyboard["focus"]) == (0, "Publish")
    article = keyboard["article"]
    assert (article["title"], article["summary"]) == ("By keyboard", "A standfirst.")
    assert article["body"] == "> Said."


def test_roles_and_hostile_texts(told: dict[str, Any]) -> None:
    assert told["harm"] == 0
    assert "Publish" not in told["writer"]["acts"]
    assert "Ask for review" in told["writer"]["acts"]
    assert not {"Site", "Administration"} & set(told["writer"]["menu"])


def test_trouble_shows_a_page_and_loses_no_word(told: dict[str, Any]) -> None:
    trouble = told["trouble"]
    assert trouble["blank"] == []
    assert trouble["hurry"] == "Before.\n\nPasted late.\n\nTwice."
    assert "another tab" in trouble["elsewhere"]
    assert trouble["tabs"] == "One.\n\nTwo. Second tab.\n\nThree. First tab."
    assert trouble["self"].startswith("You, in another tab")
    assert {"Mine.", "Also mine."} <= set(re.findall(r"(?:Also m|M)ine\.", trouble["both"]))
    assert trouble["front"] == "The front end"
    assert int(trouble["year"]) > 2019


def test_a_page_of_google_docs_becomes_a_text(told: dict[str, Any]) -> None:
    body = told["trouble"]["docs"]
    assert body.startswith("## What happened\n\nOn Monday **forty families** left *La Oroya*.")
    assert "[the report](https://example.org/report)" in body
    assert "- Water\n  - in the river\n- Air" in body
    assert "CO<sub>2</sub> fell." in body
    assert not {"<br>", "googleusercontent", "<b "} & {
        part for part in ("<br>", "googleusercontent", "<b ") if part in body
    }


def test_history_tells_every_act_in_words(told: dict[str, Any]) -> None:
    said = " ".join(told["trouble"]["history"])
    for act in ("Asked for review", "Approved", "Returned"):
        assert act in said


def test_letters_and_the_site_are_kept_in_the_desk(told: dict[str, Any]) -> None:
    house = told["house"]
    preview = house["preview"]
    assert "two things." in preview
    assert preview.index("News of roads") < preview.index("News of rivers")
    assert (house["letter"]["state"], house["letter"]["subject"]) == (
        "approved",
        "The week in Peru",
    )
    assert len(house["letter"]["articles"]) >= 2
    before, after = house["menu"]
    assert len(after) == len(before)
    assert sum(len(entry["children"]) for entry in after) == 1 + sum(
        len(entry["children"]) for entry in before
    )
    assert house["site"]["policies"]["mission"] == "https://example.org/mission"
    assert house["event"] == "2030-07-01T17:00:00Z"
    people = house["people"]
    assert people["before"] == people["after"][::-1]
    assert people["portrait"]
    assert house["tagHeld"]
    assert house["tag"] == {"gone": True, "grown": True}
    assert house["file"] == {"name": "better.jpg", "alt": True, "width": 1600}


def test_programs_and_people_are_let_in_and_out(told: dict[str, Any]) -> None:
    house = told["house"]
    assert house["untested"]  # no message before the address has proved whose it is
    assert house["hooks"] == 0
    assert house["key"].startswith("willaykey_")
    assert house["token"].startswith("willay_")
    assert house["tokens"] == 0
    assert house["invited"]["has_password"]
    assert house["invited"]["has_totp"]


def test_signing_out_leaves_nothing(told: dict[str, Any]) -> None:
    assert told["left"] == {"databases": [], "cookies": 0}
    assert told["back"] == "?next=%2Fdesk%2Farticles"


def test_texts_survive_the_editor_or_are_opened_as_their_source(
    told: dict[str, Any], subtests: pytest.Subtests
) -> None:
    expected = {case["name"] for case in BODIES if case.get("source")}
    for trip in told["trips"]:
        with subtests.test(text=trip["name"]):
            assert (trip["change"] is not None) == (trip["name"] in expected), trip["change"]
            assert trip["steady"]
