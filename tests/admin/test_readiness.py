"""Whether a draft is ready: told beforehand exactly what publishing would say."""

import re
from typing import Any
from uuid import uuid4

import pytest

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench

LATER = "2026-06-01T00:00:00Z"


def readiness(desk: Newsdesk, where: str, query: str = "") -> dict[str, Any]:
    answer = desk.get(f"{where}/readiness{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def moment_apart(sentence: str) -> str:
    """Each act of a log whose clock stands is a microsecond later."""
    return re.sub(r"\.\d{6}Z", "Z", sentence)


def codes(findings: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in findings]


def drafts(desk: Newsdesk) -> dict[str, str]:
    """Drafts that publishing refuses, by the code of its refusal; and one that it does not."""
    runtime = desk.bench.runtime
    mute = builders.medium(runtime)
    lost = builders.medium(runtime, builders.picture(left="green"), alt={"en": "Lost"})
    made = {
        "": desk.create(),
        "empty_article": desk.create(body=""),
        "alt_missing": desk.create(image={"media_id": str(mute)}),
        "media_missing": desk.create(body=f"![x](/v1/media/{uuid4()}/w1.jpg)"),
        "media_taken_down": desk.create(image={"media_id": str(lost)}),
        "date_ahead": desk.create(published_at=LATER),
        "would_cancel": desk.create(),
        "in_trash": desk.create(),
    }
    headers = desk.matching(f"/v1/admin/media/{lost}")
    sent = {"reason": "Not ours."}
    gone = desk.bench.client.post(f"/v1/admin/media/{lost}/takedown", headers=headers, json=sent)
    assert gone.status_code == 200, gone.text
    assert desk.act(made["would_cancel"], "publish", visible_from=LATER).status_code == 200
    trashed = made["in_trash"]
    desk.bench.client.delete(trashed, headers=desk.matching(trashed))
    return made


def test_an_error_is_what_publishing_says(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    for code, where in drafts(desk).items():
        with subtests.test(code=code):
            before = desk.get(where).headers["etag"]
            found = readiness(desk, where)
            assert codes(found["errors"]) == [code] * bool(code)
            assert found["is_ready"] is not bool(code)
            assert desk.get(where).headers["etag"] == before
            refused = desk.act(where, "publish")
            assert (refused.status_code == 200) is found["is_ready"]
            for error in found["errors"]:
                told = refused.json()
                details = told.get("errors", [{"message": told["detail"], "pointer": None}])
                assert told["code"] == code
                said = [moment_apart(one["message"]) for one in details]
                assert moment_apart(error["message"]) in said
                assert error["pointer"] in [one["pointer"] for one in details]


def test_all_errors_are_told_at_once(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    mute = builders.medium(quiet.runtime)
    body = f"![x](/v1/media/{uuid4()}/w1.jpg)"
    image = {"media_id": str(mute)}
    where = desk.create(body=body, image=image, published_at=LATER, updated_at=LATER)
    expected = ["media_missing", "alt_missing", "date_ahead"]
    assert codes(readiness(desk, where)["errors"]) == expected
    found = readiness(desk, where, f"?visible_from={LATER}")
    assert codes(found["errors"]) == expected[:2]
    assert problem(desk.get(f"{where}/readiness?visible_from=soon")) == (400, "invalid_date")
    assert problem(desk.get(f"{ARTICLES}/{uuid4()}/readiness")) == (404, "article_not_found")


def test_what_is_forgotten_is_a_warning(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    builders.tag(quiet.runtime, "water")
    builders.published(quiet.runtime, title="A Tïtle", slug="other")
    builders.published(quiet.runtime, title="A title", slug="in-spanish", lang="es")
    builders.draft(quiet.runtime, title="A title", slug="a-draft")
    where = desk.create(body="[there](/news/nowhere) and [here](/news/other)")
    found = readiness(desk, where)
    assert found["is_ready"] is True
    assert codes(found["warnings"]) == [
        *("no_summary", "no_image", "no_tags", "title_taken", "dead_link")
    ]
    assert "'other'" in found["warnings"][3]["message"]
    image = {"url": "https://example.org/a.jpg", "alt": "A"}
    desk.patch(where, title="B", summary="S.", tags=["water"], image=image, body="Words.")
    assert readiness(desk, where)["warnings"] == []
    page = desk.create(kind="page", title="Aims")
    assert codes(readiness(desk, page)["warnings"]) == ["no_summary"]
    assert readiness(Newsdesk.of(quiet, "writer"), where)["is_ready"] is True
