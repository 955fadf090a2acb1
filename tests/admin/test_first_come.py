"""Two people change one thing: the second is told what the first made of it, whatever it is. And a
change that changes nothing makes no revision."""

from typing import Any

import pytest

from tests import builders
from tests.admin.desk import Headers, bearer
from tests.conftest import Bench

NEW: dict[str, dict[str, Any]] = {
    "articles": {"kind": "article", "lang": "en", "title": "Water"},
    "tags": {"slug": "water", "names": {"en": "Water"}},
    "sponsors": {"name": "Alpaca Fund"},
    "committee": {"name": "Ana Quispe"},
    "users": {"email": "ben@example.org", "role": "writer", "name": "Ben"},
    "partners": {"name": "Andes Press"},
    "webhooks": {"name": "Andes Press", "url": "https://partner.example/hook"},
}
CHANGES: dict[str, dict[str, Any]] = {
    "articles": {"title": "Gold"},
    "tags": {"type": "place"},
    "media": {"credit": "Luz"},
}


ROOMS = [*NEW, "media"]
TOLD = ("current_revision", "changed_by", "changed_at")


def created(quiet: Bench, room: str, headers: Headers) -> dict[str, Any]:
    """A new thing of a room."""
    if room == "media":
        sent: dict[str, Any] = {"files": {"file": ("photo.jpg", builders.picture(), "image/jpeg")}}
    else:
        sent = {"json": NEW[room]}
    answer = quiet.client.post(f"/v1/admin/{room}", headers=headers, **sent)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def matching(headers: Headers, made: dict[str, Any]) -> Headers:
    """The headers of a change that was made from what was read."""
    return {**headers, "If-Match": f'"{made["revision"]}"'}


ROOMS = [*NEW, "media"]


def test_the_second_is_told_what_the_first_made_of_it(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    for room in ROOMS:
        made = created(quiet, room, headers)
        at, match = f"/v1/admin/{room}/{made['id']}", matching(headers, made)
        change, revision = CHANGES.get(room, {"name": "Other"}), made["revision"] + 1
        quiet.clock.move(hours=1)
        changed = quiet.client.patch(at, json=change, headers=match).json()["data"]
        refused = quiet.client.patch(at, json=change, headers=match)
        with subtests.test(room=room):
            assert changed["revision"] == revision
            assert refused.status_code == 412
            problem = refused.json()
            assert problem["detail"] == (
                f"Revision {revision} was saved meanwhile; read it and act on that."
            )
            assert {name: problem[name] for name in ("code", *TOLD)} == {
                "code": "stale_revision",
                "current_revision": revision,
                "changed_by": "Admin",
                "changed_at": changed["updated_at" if room != "articles" else "changed_at"],
            }


def test_a_change_that_changes_nothing_makes_no_revision(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    for room in ROOMS:
        made = created(quiet, room, headers)
        at, match = f"/v1/admin/{room}/{made['id']}", matching(headers, made)
        quiet.clock.move(hours=1)
        for change in ({}, {name: made[name] for name in CHANGES.get(room, {"name": ""})}):
            with subtests.test(room=room, change=change):
                answer = quiet.client.patch(at, json=change, headers=match)
                assert (answer.status_code, answer.headers["etag"]) == (200, match["If-Match"])
                data = quiet.client.get(at, headers=headers).json()["data"]
                assert data["updated_at"] == made["updated_at"]


def test_null_is_refused_where_a_field_needs_a_value(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    headers = bearer(quiet.runtime)
    for room in ROOMS:
        made = created(quiet, room, headers)
        name = {"articles": "title", "tags": "type"}.get(room, "name")
        answer = quiet.client.patch(
            f"/v1/admin/{room}/{made['id']}",
            json={name: None},
            headers=matching(headers, made),
        )
        with subtests.test(room=room):
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == f"/{name}"


def test_a_focal_point_alone_is_a_change(quiet: Bench) -> None:
    headers = bearer(quiet.runtime)
    made = created(quiet, "media", headers)
    at = f"/v1/admin/media/{made['id']}"
    for revision, point in enumerate(({"x": 0.5, "y": 0.25}, None), start=2):
        change = {"focal_point": point}
        made = quiet.client.patch(at, json=change, headers=matching(headers, made)).json()["data"]
        assert (made["revision"], made["focal_point"]) == (revision, point)
