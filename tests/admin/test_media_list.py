"""Editors find a medium by what is said of it, by who sent it, and by what shows it."""

import json
from uuid import UUID

import pytest

from tests import builders
from tests.admin.desk import Headers, bearer, problem
from tests.conftest import Bench

MEDIA = "/v1/admin/media"


@pytest.fixture
def headers(quiet: Bench) -> Headers:
    return bearer(quiet.runtime, "publisher")


def picture(bench: Bench, number: int, **said: object) -> str:
    key = builders.medium(bench.runtime, builders.picture("PNG", (340, 10 + number)), **said)
    bench.clock.move(seconds=1)
    return str(key)


def found(bench: Bench, headers: Headers, query: str) -> list[str]:
    answer = bench.client.get(f"{MEDIA}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [medium["id"] for medium in answer.json()["data"]]


def test_words_are_looked_for_in_every_text(quiet: Bench, headers: Headers) -> None:
    children = picture(quiet, 1, alt={"es": "Niños en Puno", "en": "Children"})
    march = picture(quiet, 2, caption={"en": "A 100% peaceful march"}, credit="Ana Quispe")
    for words, keys in (
        ("niños", [children]),
        ("PUNO", [children]),
        ("quispe", [march]),
        ("100%25", [march]),
        ("_", []),
        ("%22", []),
        ("picture.jpg", [march, children]),
        ("", [march, children]),
    ):
        assert found(quiet, headers, f"q={words}") == keys, words


def test_what_nothing_shows_can_be_found(quiet: Bench, headers: Headers) -> None:
    runtime = quiet.runtime
    names = ("free", "drafted", "public", "scheduled", "portrait", "logo")
    keys = {name: picture(quiet, n, alt={"en": name}) for n, name in enumerate(names)}
    builders.draft(runtime, image={"media_id": UUID(keys["drafted"])})
    builders.published(runtime, title="Public", image={"media_id": UUID(keys["public"])})
    later = quiet.clock.now.replace(year=2027)
    article = builders.draft(runtime, title="Later", image={"media_id": UUID(keys["scheduled"])})
    builders.publish(runtime, article, at=later)
    member = {"name": "Ana", "group": "staff", "role": {"en": "Editor"}}
    staff = bearer(runtime, "admin")
    client = quiet.client
    body = {**member, "portrait": keys["portrait"]}
    assert client.post("/v1/admin/committee", json=body, headers=staff).status_code == 201
    body = {
        "name": "A fund",
        "kind": "funder",
        "logo": f"https://api.example/v1/media/{keys['logo']}/340.jpg",
    }
    made = client.post("/v1/admin/sponsors", json=body, headers=staff)
    assert made.status_code == 201, made.text
    assert found(quiet, headers, "unused=true") == [keys["free"]]
    by_id = {one["id"]: one for one in client.get(MEDIA, headers=headers).json()["data"]}
    uses = {
        name: [(u["kind"], u["title"], u["state"]) for u in by_id[key]["used_by"]]
        for name, key in keys.items()
    }
    assert uses == {
        "free": [],
        "drafted": [("article", "A title", "draft")],
        "public": [("article", "Public", "published")],
        "scheduled": [("article", "Later", "scheduled")],
        "portrait": [("committee_member", "Ana", None)],
        "logo": [("sponsor", "A fund", None)],
    }


def test_pictures_without_words_can_be_listed(quiet: Bench, headers: Headers) -> None:
    english = picture(quiet, 1, alt={"en": "A lake"})
    mute = picture(quiet, 2)
    picture(quiet, 3, alt={"en": "A march", "es": "Una marcha"})
    assert found(quiet, headers, "missing_alt=es") == [mute, english]
    assert found(quiet, headers, "missing_alt=en") == [mute]
    refused = quiet.client.get(f"{MEDIA}?missing_alt=fr", headers=headers)
    assert problem(refused) == (400, "unknown_language")


def test_uploads_can_be_listed_by_person_and_day(quiet: Bench, headers: Headers) -> None:
    sent = quiet.client.post(
        MEDIA,
        params={"name": "x.png"},
        headers={**headers, "Content-Type": "application/octet-stream"},
        content=builders.picture("PNG"),
    ).json()["data"]
    quiet.clock.move(days=2)
    later = picture(quiet, 1)
    assert found(quiet, headers, f"created_by={sent['created_by']}") == [sent["id"]]
    day = sent["created_at"][:10]
    assert found(quiet, headers, f"from_date={day}&to_date={day}") == [sent["id"]]
    assert found(quiet, headers, "from_date=2026-03-03") == [later]
    refused = quiet.client.get(f"{MEDIA}?from_date=yesterday", headers=headers)
    assert problem(refused) == (400, "invalid_date")


def test_a_list_goes_on_under_its_own_filter_alone(quiet: Bench, headers: Headers) -> None:
    keys = [picture(quiet, n, credit="Ana" if n % 2 else "Luis") for n in range(6)]
    first = quiet.client.get(f"{MEDIA}?q=ana&limit=2", headers=headers).json()
    second = quiet.client.get(first["links"]["next"], headers=headers).json()
    listed = [medium["id"] for medium in first["data"] + second["data"]]
    assert listed == [keys[5], keys[3], keys[1]]
    cursor = first["links"]["next"].partition("cursor=")[2]
    refused = quiet.client.get(f"{MEDIA}?q=luis&cursor={cursor}", headers=headers)
    assert refused.status_code == 400


def test_the_texts_of_a_known_file_can_be_replaced(quiet: Bench, headers: Headers) -> None:
    content = builders.picture("PNG")

    def send(query: str, **said: object) -> dict[str, object]:
        answer = quiet.client.post(
            f"{MEDIA}{query}",
            headers=headers,
            files={"file": ("photo.png", content)},
            data={"metadata": json.dumps(said)},
        )
        assert answer.status_code in (200, 201), answer.text
        medium: dict[str, object] = answer.json()["data"]
        return medium

    first = send("", alt={"en": "A lake", "es": "Un lago"}, credit="Ana")
    kept = send("", alt={"en": "The lake"})
    assert (kept["alt"], kept["revision"]) == (first["alt"], 1)
    taken = send("?overwrite=true", alt={"en": "The lake"})
    assert (taken["id"], taken["revision"]) == (first["id"], 2)
    assert taken["alt"] == {"en": "The lake", "es": "Un lago"}
    assert taken["credit"] == "Ana"
    assert taken["notices"] != []
    again = send("?overwrite=true", alt={"en": "The lake"})
    assert (again["revision"], again["notices"]) == (2, [])
