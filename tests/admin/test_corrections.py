"""Corrections of what readers see, beside drafts, schedules and translations."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import rfc3339
from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench


def public(desk: Newsdesk, slug: str = "mayor") -> dict[str, Any]:
    answer = desk.bench.client.get(f"/v1/articles/{slug}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def notes(article: dict[str, Any]) -> list[str]:
    return [one["note"] for one in article["corrections"]]


def hours(desk: Newsdesk, number: float) -> str:
    return rfc3339(desk.bench.clock() + timedelta(hours=number))


def live(desk: Newsdesk, **over: Any) -> str:
    """An article that readers see."""
    said = {
        "slug": "mayor",
        "title": "Mayor",
        "summary": "On Monday.",
        "body": "Mayor Pérez spoke.",
    }
    where = desk.create(**(said | over))
    assert desk.act(where, "publish").status_code == 200
    return where


def test_a_correction_publishes_no_word_of_the_draft_beside_it(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    writer = Newsdesk.of(quiet, "writer")
    where = live(desk)
    writer.patch(where, query="?autosave=true", body="UNREVIEWED", title="A DRAFT", slug="other")
    changes = {"summary": "On Tuesday."}
    answer = desk.act(where, "correct", note="It was Tuesday.", changes=changes)
    data = answer.json()["data"]
    assert (answer.status_code, data["state"], data["title"]) == (200, "draft", "A DRAFT")
    seen = public(desk)
    assert (seen["title"], seen["summary"]) == ("Mayor", "On Tuesday.")
    assert (seen["body_html"], notes(seen)) == ("<p>Mayor Pérez spoke.</p>", ["It was Tuesday."])
    # The draft is as it was, with the note and with what it said the same of before.
    draft = desk.data(where)
    assert (draft["body"], draft["slug"], draft["summary"]) == (
        "UNREVIEWED",
        "other",
        "On Tuesday.",
    )
    assert notes(draft) == ["It was Tuesday."]
    assert data["live"]["revision"] < draft["text_revision"] == draft["revision"]
    assert data["uncorrected"] == []
    assert writer.patch(where, summary="Later.").status_code == 200
    desk.act(where, "publish")
    later = public(desk, "other")
    assert (later["title"], later["summary"], notes(later)) == (
        *("A DRAFT", "Later."),
        ["It was Tuesday."],
    )


@pytest.mark.parametrize("way", [[], ["submit"], ["submit", "approve"]])
def test_what_waits_goes_on_waiting(quiet: Bench, way: list[str]) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, body="Another body.")
    for step in way:
        desk.act(where, step)
    state = desk.data(where)["state"]
    sent = {"note": "The name.", "changes": {"body": "Mayor Paz spoke."}}
    data = desk.act(where, "correct", **sent).json()["data"]
    assert (data["state"], data["body"]) == (state, "Another body.")
    assert data["uncorrected"] == [
        {"revision": data["text_revision"], "visible_from": None, "fields": ["body"]}
    ]
    assert public(desk)["body_html"] == "<p>Mayor Paz spoke.</p>"


def test_a_schedule_survives_a_correction_and_does_not_undo_it(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    second, third = hours(desk, 1), hours(desk, 2)
    desk.act(where, "publish", visible_from=second)
    desk.patch(where, title="Third", summary="On a day.")
    desk.act(where, "publish", visible_from=third)
    desk.patch(where, title="Draft")
    sent = {"note": "The day.", "changes": {"summary": "On Tuesday.", "body": "Mayor Paz spoke."}}
    data = desk.act(where, "correct", **sent).json()["data"]
    planned = data["scheduled"]
    assert [one["visible_from"] for one in planned] == [second, third]
    assert (data["cancelled"], data["state"]) == ([], "draft")
    assert [(one["visible_from"], one["fields"]) for one in data["uncorrected"]] == [
        (third, ["summary"]),
        (None, ["summary"]),
    ]
    assert data["uncorrected"][0]["revision"] == planned[1]["revision"]
    seen = [(public(desk)["title"], public(desk)["summary"])]
    for _ in range(2):
        quiet.clock.move(hours=1, seconds=1)
        now = public(desk)
        seen.append((now["title"], now["summary"]))
        assert (now["body_html"], notes(now)) == ("<p>Mayor Paz spoke.</p>", ["The day."])
    assert seen == [("Mayor", "On Tuesday."), ("Second", "On Tuesday."), ("Third", "On a day.")]
    assert desk.data(where)["title"] == "Draft"


def test_a_correction_with_a_time_corrects_what_readers_see_then(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    desk.act(where, "publish", visible_from=hours(desk, 1))
    sent = {"note": "Late.", "changes": {"summary": "Late."}, "visible_from": hours(desk, 2)}
    assert desk.act(where, "correct", **sent).json()["data"]["live"]["revision"] == 1
    seen = []
    for _ in range(3):
        now = public(desk)
        seen.append((now["title"], now["summary"], notes(now)))
        quiet.clock.move(hours=1, seconds=1)
    assert seen == [
        ("Mayor", "On Monday.", []),
        ("Second", "On Monday.", []),
        ("Second", "Late.", ["Late."]),
    ]


def test_a_text_may_be_named(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    newest = desk.data(where)["text_revision"]
    for act, wrong in (("publish", 1), ("correct", newest), ("correct", 99)):
        with subtests.test(act=act, wrong=wrong):
            sent = {"text_revision": wrong} | ({"note": "x"} if act == "correct" else {})
            refused = desk.act(where, act, **sent)
            assert problem(refused) == (409, "text_moved")
            assert refused.json()["errors"][0]["pointer"] == "/text_revision"
    sent = {"note": "x", "text_revision": newest, "changes": {"summary": "x"}}
    assert problem(desk.act(where, "correct", **sent)) == (409, "text_moved")
    assert public(desk)["title"] == "Mayor"
    assert desk.act(where, "correct", note="x", text_revision=1).status_code == 200
    newest = desk.data(where)["text_revision"]
    assert desk.act(where, "publish", text_revision=newest).status_code == 200
    assert (public(desk)["title"], notes(public(desk))) == ("Second", ["x"])
    # The number that was read first still decides before the text does.
    stale = desk.act(where, "publish", revision=1, text_revision=99)
    assert problem(stale) == (412, "stale_revision")


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("publish", {}),
        ("unpublish", {}),
        ("unpublish", {"visible_from": "2030-01-01T00:00:00Z"}),
        ("retract", {"reason": "Forged."}),
    ],
)
def test_no_act_ends_a_schedule_unless_it_says_so(
    quiet: Bench, act: str, sent: dict[str, Any]
) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    start, end = hours(desk, 1), hours(desk, 5)
    desk.act(where, "publish", visible_from=start, visible_until=end)
    before = desk.data(where)
    planned = {
        **{"id": before["id"], "lang": "en", "revision": before["text_revision"]},
        **{"slug": "mayor", "visible_from": start, "visible_until": end},
    }
    refused = desk.act(where, act, **sent)
    assert (problem(refused), refused.json()["releases"]) == ((409, "would_cancel"), [planned])
    assert "cancels" in refused.json()["detail"]
    assert desk.data(where) == before
    done = desk.act(where, act, **sent, cancels=True)
    assert (done.status_code, done.json()["data"]["cancelled"]) == (200, [planned])
    assert planned["revision"] not in [
        one["revision"] for one in done.json()["data"]["scheduled"] if one["visible_from"] == start
    ]
    entry = desk.get("/v1/admin/audit?subject_kind=article").json()["data"][0]
    assert entry["after"]["cancelled"] == [f"{planned['revision']} from {start}"]
    again = desk.act(where, "publish")
    assert again.status_code == (409 if "visible_from" in sent else 200)


def test_a_schedule_before_or_after_is_no_cause_to_ask(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    assert desk.act(where, "publish", visible_from=hours(desk, 1)).status_code == 200
    desk.patch(where, title="Third")
    assert desk.act(where, "publish", visible_from=hours(desk, 2)).status_code == 200
    assert problem(desk.act(where, "publish", visible_from=hours(desk, 1.5))) == (
        409,
        "would_cancel",
    )
    cancelled = desk.act(where, "cancel").json()["data"]["cancelled"]
    assert len(cancelled) == 2
    assert desk.act(where, "publish").json()["data"]["cancelled"] == []


def test_a_correction_may_cancel_too(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    desk.act(where, "publish", visible_from=hours(desk, 1))
    data = desk.act(where, "correct", note="x", cancels=True).json()["data"]
    assert ([one["slug"] for one in data["cancelled"]], data["scheduled"]) == (["mayor"], [])
    assert (data["state"], data["title"]) == ("draft", "Second")
    quiet.clock.move(hours=2)
    assert public(desk)["title"] == "Mayor"


def test_an_embargo_brings_back_what_readers_saw(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, body="UNREVIEWED")
    data = desk.act(where, "unpublish", visible_from=hours(desk, 1)).json()["data"]
    assert (data["state"], data["live"], len(data["scheduled"])) == ("draft", None, 1)
    quiet.clock.move(hours=2)
    assert public(desk)["body_html"] == "<p>Mayor Pérez spoke.</p>"
    assert desk.data(where)["body"] == "UNREVIEWED"


def test_in_bulk(quiet: Bench, subtests: pytest.Subtests) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.patch(where, title="Second")
    desk.act(where, "publish", visible_from=hours(desk, 1))
    now = desk.data(where)
    here = {"id": now["id"], "revision": now["revision"]}

    def bulk(mode: str, **operation: Any) -> Any:
        sent = {"mode": mode, "operations": [{**here, **operation}]}
        address = "/v1/admin/articles/bulk"
        return quiet.client.post(address, headers=desk.headers, json=sent)

    for operation, code in (
        ({"op": "publish"}, "would_cancel"),
        ({"op": "unpublish"}, "would_cancel"),
        ({"op": "publish", "text_revision": 1}, "text_moved"),
    ):
        with subtests.test(operation=operation, code=code):
            (result,) = bulk("per_item", **operation).json()["data"]
            assert (result["outcome"], result["code"]) == ("refused", code)
            refused = bulk("all_or_nothing", **operation)
            assert refused.json()["errors"][0]["code"] == code
    assert desk.data(where) == now
    (result,) = bulk("per_item", op="unpublish", cancels=True).json()["data"]
    assert (result["outcome"], len(result["cancelled"])) == ("done", 1)


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("retract", {"reason": "Forged."}),
        ("unpublish", {"note": "Legal."}),
        ("correct", {"note": "A name.", "changes": {"summary": "On Tuesday."}}),
    ],
)
def test_siblings_are_told_and_may_be_taken_along(
    quiet: Bench, act: str, sent: dict[str, Any], subtests: pytest.Subtests
) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    spanish = {"lang": "es", "slug": "alcalde", "title": "Alcalde"}
    made = quiet.client.post(f"{where}/translations", headers=desk.headers, json=spanish)
    twin = made.headers["location"]
    for langs, code in (
        (["fr"], "unknown_sibling"),
        (["en"], "unknown_sibling"),
        (["es"], "sibling_not_live"),
    ):
        with subtests.test(langs=langs, code=code):
            refused = desk.act(where, act, **sent, siblings=langs)
            assert problem(refused) == (422, code)
            assert "es (not live)" in refused.json()["detail"]
    desk.act(twin, "publish")
    refused = desk.act(where, act, **sent, siblings=["es", "fr"])
    assert problem(refused) == (422, "unknown_sibling")
    assert notes(public(desk)) == notes(public(desk, "alcalde")) == []
    # What is scheduled of a sibling counts too.
    desk.patch(twin, title="Segundo")
    desk.act(twin, "publish", visible_from=hours(desk, 1))
    if act != "correct":
        refused = desk.act(where, act, **sent, siblings=["es"])
        assert [one["lang"] for one in refused.json()["releases"]] == ["es"]
        assert public(desk)["translations"] == [
            {"lang": "es", "slug": "alcalde", "title": "Alcalde"}
        ]
    desk.patch(twin, slug="borrador")
    done = desk.act(where, act, **sent, siblings=["es", "es"], cancels=act != "correct")
    data = done.json()["data"]
    told = [(one["lang"], one["slug"], one["live"]) for one in data["siblings"]]
    assert told == [("es", "alcalde", True) if act == "correct" else ("es", "borrador", False)]
    assert len(data["cancelled"]) == (act != "correct")
    for slug in ("mayor", "alcalde"):
        answer = quiet.client.get(f"/v1/articles/{slug}")
        if act == "correct":
            assert notes(answer.json()["data"]) == ["A name."]
        else:
            assert answer.status_code == 410
    if act == "correct":
        assert public(desk, "alcalde")["summary"] == "On Monday."
    entries = desk.get("/v1/admin/audit?subject_kind=article").json()["data"]
    assert {entry["subject_id"] for entry in entries[:2]} == {
        desk.data(where)["id"],
        data["siblings"][0]["id"],
    }


def test_what_is_beside_is_told_even_when_nothing_is_done_to_it(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    sent = {"lang": "es", "slug": "alcalde", "title": "Alcalde"}
    twin = quiet.client.post(f"{where}/translations", headers=desk.headers, json=sent)
    desk.act(twin.headers["location"], "publish")
    data = desk.act(where, "retract", reason="Forged.").json()["data"]
    assert [(one["lang"], one["live"]) for one in data["siblings"]] == [("es", True)]
    assert [one["live"] for one in data["translations"]] == [True]
    assert quiet.client.get("/v1/articles/alcalde").status_code == 200


def test_an_old_text_that_is_restored_keeps_the_note(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    desk.act(where, "correct", note="The name.", changes={"body": "Mayor Paz spoke."})
    headers = desk.matching(where)
    assert quiet.client.post(f"{where}/revisions/1/restore", headers=headers).status_code == 200
    desk.act(where, "publish")
    assert (public(desk)["body_html"], notes(public(desk))) == (
        "<p>Mayor Pérez spoke.</p>",
        ["The name."],
    )


def test_a_slug_that_is_corrected_beside_a_draft_is_held(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    where = live(desk)
    for draft_slug in ("mayor", "draft"):
        desk.patch(where, title="Draft", slug=draft_slug)
        new = f"right-{draft_slug}"
        sent = {"note": "The address.", "changes": {"slug": new}}
        data = desk.act(where, "correct", **sent).json()["data"]
        assert public(desk, new)["title"] == "Mayor"
        assert data["slug"] == (new if draft_slug == "mayor" else "draft")
        taken = quiet.client.post(
            "/v1/admin/articles",
            headers=desk.headers,
            json={"lang": "en", "title": "x", "slug": new},
        )
        assert problem(taken) == (409, "slug_taken")
    assert quiet.client.get("/v1/articles/mayor", follow_redirects=False).status_code == 301


def test_nothing_but_a_title_is_not_published(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    later = {"visible_from": hours(desk, 1)}
    for number, body in enumerate(("", "\n\u200b\n", "<p> </p>")):
        where = desk.create(title=f"Bare {number}", body=body, body_format="html")
        for sent in ({}, later):
            refused = desk.act(where, "publish", **sent)
            assert problem(refused) == (422, "empty_article")
    picture = builders.medium(quiet.runtime, alt={"en": "A march"})
    for number, over in enumerate(
        (
            {"body": "Words."},
            {"summary": "Words."},
            {"source": {"name": "A paper", "url": "https://example.org/story"}},
            {"image": {"media_id": str(picture)}},
            {"body": "![A march](https://example.org/a.jpg)"},
        )
    ):
        where = desk.create(title=f"Full {number}", **({"body": ""} | over))
        assert desk.act(where, "publish").status_code == 200, over
    where = desk.create(title="Named", body="", source={"name": "A paper"})
    assert problem(desk.act(where, "publish")) == (422, "empty_article")
    where = live(desk)
    emptied = desk.act(where, "correct", note="x", changes={"body": "", "summary": ""})
    assert problem(emptied) == (422, "empty_article")
