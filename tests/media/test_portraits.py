"""Portraits and logos that are media of ours: while their owners are public, as they are now."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.editorial import authors, media, people
from app.editorial.authors import AuthorRecordInput
from app.errors import Conflict
from tests import builders
from tests.admin.desk import bearer
from tests.builders import BY, EDITOR
from tests.conftest import Bench

OWNERS = ("author", "committee_member", "sponsor")
PATHS = {"author": "authors", "committee_member": "committee", "sponsor": "sponsors"}


def add(bench: Bench, owner: str, key: UUID, last: date | None = None) -> UUID:
    """Somebody named Rosa who shows a medium."""
    with bench.runtime.publishing() as tx:
        if owner == "author":
            asked = AuthorRecordInput(name="Rosa", portrait=key, always_public=last is None)
            return authors.create(tx, EDITOR, asked).id
        if owner == "sponsor":
            sponsor = people.SponsorInput(name="Rosa", image=key, valid_to=last)
            return UUID(str(people.SPONSORS.add(tx, EDITOR, sponsor).id))
        member = people.MemberInput(name="Rosa", portrait=key, term_to=last)
        return UUID(str(people.MEMBERS.add(tx, EDITOR, member).id))


def shown(bench: Bench, owner: str) -> Any:
    [one] = bench.client.get(f"/v1/{PATHS[owner]}").json()["data"]
    return one["image" if owner == "sponsor" else "portrait"]


@pytest.mark.parametrize("owner", OWNERS)
def test_a_portrait_goes_when_it_is_taken_down(quiet: Bench, owner: str) -> None:
    key = builders.medium(quiet.runtime, alt={"en": "A face"})
    url = f"/v1/media/{key}/320.jpg"
    assert quiet.client.get(url).status_code == 404
    thing = add(quiet, owner, key)
    image = shown(quiet, owner)
    assert (image["alt"], len(image["sizes"])) == ("A face", 4)
    for size in image["sizes"]:
        answer = quiet.client.get(size["url"].removeprefix("http://127.0.0.1:8000"))
        assert answer.status_code == 200
        assert answer.headers["Surrogate-Key"] == f"media/{key} {owner}/{thing} all"
    with quiet.runtime.database.writing() as tx, pytest.raises(Conflict, match="Rosa"):
        media.delete(tx, BY, key, 1, quiet.clock.now)
    headers = bearer(quiet.runtime, "publisher") | {"If-Match": '"1"'}
    path = f"/v1/admin/media/{key}/takedown"
    answer = quiet.client.post(path, json={"reason": "She asked."}, headers=headers)
    assert answer.status_code == 200
    assert shown(quiet, owner) is None
    gone = quiet.client.get(url)
    assert (gone.status_code, gone.json()["reason"]) == (410, "removed")


@pytest.mark.parametrize("owner", OWNERS)
def test_nobody_sees_the_portrait_of_somebody_hidden(quiet: Bench, owner: str) -> None:
    key = builders.medium(quiet.runtime)
    yesterday = quiet.clock.now.date() - timedelta(days=1)
    add(quiet, owner, key, yesterday)
    assert quiet.client.get(f"/v1/{PATHS[owner]}").json()["data"] == []
    status = quiet.client.get(f"/v1/media/{key}/320.jpg").status_code
    assert status == (404 if owner == "author" else 410)


@pytest.mark.parametrize("owner", OWNERS)
def test_what_is_said_of_a_medium_is_said_of_the_portrait_at_once(quiet: Bench, owner: str) -> None:
    key = builders.medium(quiet.runtime)
    add(quiet, owner, key)
    assert shown(quiet, owner)["alt"] == "Rosa"  # in place of a text that nobody wrote
    stored = quiet.client.get(f"/v1/{PATHS[owner]}").headers["ETag"]
    headers = bearer(quiet.runtime, "publisher")
    here = f"/v1/admin/media/{key}"
    said = {"alt": {"en": "Rosa at a desk"}, "focal_point": {"x": 0.5, "y": 0.25}}
    answer = quiet.client.patch(here, json=said, headers={**headers, "If-Match": '"1"'})
    assert answer.status_code == 200
    image = shown(quiet, owner)
    assert (image["alt"], image["focal_point"]) == ("Rosa at a desk", {"x": 0.5, "y": 0.25})
    assert quiet.client.get(f"/v1/{PATHS[owner]}").headers["ETag"] != stored
    file = {"file": ("a.jpg", builders.picture(), "image/jpeg")}
    form = {"metadata": '{"credit": "Luis"}'}
    again = quiet.client.post("/v1/admin/media", files=file, data=form, headers=headers)
    assert (again.status_code, again.json()["data"]["id"]) == (200, str(key))
    assert shown(quiet, owner)["credit"] == "Luis"


def test_a_logo_by_its_address_is_an_image_too(quiet: Bench) -> None:
    key = builders.medium(quiet.runtime)
    logo = f"http://127.0.0.1:8000/v1/media/{key}/320.jpg"
    with quiet.runtime.publishing() as tx:
        people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="A", logo=logo, position=1))
        elsewhere = people.SponsorInput(name="B", logo="https://b.example/logo.png", position=2)
        people.SPONSORS.add(tx, EDITOR, elsewhere)
        people.SPONSORS.add(tx, EDITOR, people.SponsorInput(name="C", image=key, position=3))
    one, two, three = quiet.client.get("/v1/sponsors").json()["data"]
    assert (one["logo"], one["image"]["width"], one["image"]["alt"]) == (logo, 400, "A")
    assert (two["logo"], two["image"]) == ("https://b.example/logo.png", None)
    assert three["logo"] == three["image"]["url"]
    assert three["image"]["alt"] == "C"
