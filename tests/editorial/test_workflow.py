"""Every step from every state, what each leaves behind, and what the public sees meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.editorial import draft_commands, workflow
from app.errors import Conflict, Invalid, NotFound, Stale
from app.kit.clock import rfc3339
from tests import builders
from tests.conftest import Bench
from tests.editorial.desk import ANA, BEN, Desk, Either

# How to come into each state, from a new draft.
WAYS: dict[str, list[str]] = {
    "draft": [],
    "in_review": ["submit"],
    "approved": ["submit", "approve"],
    "scheduled": ["schedule"],
    "published": ["publish"],
    "expired": ["publish until", "wait"],
    "unpublished": ["publish", "unpublish"],
    "retracted": ["publish", "retract"],
    "live, newer draft": ["publish", "save"],
    "live, newer in review": ["publish", "save", "submit"],
    "live, newer scheduled": ["publish", "save", "schedule"],
    "in the trash": ["trash"],
}
# What each step makes of it; what is not here is refused.
BECOMES: dict[str, dict[str, str]] = {
    "submit": dict.fromkeys(
        ("draft", "expired", "unpublished", "retracted", "live, newer draft"), "in_review"
    ),
    "approve": dict.fromkeys(("in_review", "live, newer in review"), "approved"),
    "return": dict.fromkeys(("in_review", "approved", "live, newer in review"), "draft"),
    "publish": dict.fromkeys(
        WAYS.keys() - {"in the trash", "scheduled", "live, newer scheduled"}, "published"
    ),
    "publish, cancelling": dict.fromkeys(WAYS.keys() - {"in the trash"}, "published"),
    "schedule": dict.fromkeys(WAYS.keys() - {"in the trash"}, "scheduled")
    | {"live, newer draft": "published", "live, newer in review": "published"}
    | {"published": "published", "live, newer scheduled": "published"},
    "correct": {
        "published": "published",
        "live, newer draft": "draft",
        "live, newer in review": "in_review",
        "live, newer scheduled": "published",
    },
    "unpublish": dict.fromkeys(
        ("published", "live, newer draft", "live, newer in review"), "unpublished"
    ),
    "unpublish, cancelling": {
        "scheduled": "draft",
        **dict.fromkeys(
            (
                "published",
                "live, newer draft",
                "live, newer in review",
                "live, newer scheduled",
            ),
            "unpublished",
        ),
    },
    "retract": dict.fromkeys(
        ("published", "live, newer draft", "live, newer in review"), "retracted"
    ),
    "retract, cancelling": {
        "scheduled": "draft",
        **dict.fromkeys(
            (
                "published",
                "live, newer draft",
                "live, newer in review",
                "live, newer scheduled",
            ),
            "retracted",
        ),
    },
    "cancel": {"scheduled": "draft", "live, newer scheduled": "draft"},
    "trash": {
        state: state for state in ("draft", "in_review", "approved", "expired", "unpublished")
    }
    | {"retracted": "retracted"},
    "restore": {"in the trash": "draft"},
}
REFUSALS = {
    *("wrong_state", "in_trash", "not_in_trash", "not_public", "not_scheduled"),
    *("still_public", "still_scheduled", "would_cancel"),
}


def brought(desk: Desk, state: str) -> UUID:
    """A new article in a state."""
    key = desk.create()
    for step in WAYS[state]:
        if step == "wait":
            desk.clock.move(hours=2)
        elif step == "save":
            desk.save(key, summary="Newer.")
        else:
            desk.act(key, step)
    return key


@pytest.mark.parametrize("state", WAYS)
def test_every_step_from_every_state(quiet: Bench, state: str, subtests: pytest.Subtests) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    for step, becomes in BECOMES.items():
        with subtests.test(step=step, becomes=becomes):
            key = brought(desk, state)
            before, entries = desk.copy(key), len(desk.audit(key))
            number = before.copy.article.revision
            if state in becomes:
                moved = desk.act(key, step, BEN)
                after = desk.copy(key)
                assert after.state == becomes[state]
                # A correction saves the draft beside it too.
                by = 2 if step == "correct" and state.startswith("live, newer") else 1
                assert moved == after.copy.article.revision == number + by
                assert after.copy.article.changed_by == "Ben"
                entry = desk.audit(key)[entries]
                assert (entry.by.account_id, entry.by.credential) == (UUID(int=2), "t2")
                assert entry.after is not None
                assert entry.after["revision"] == moved
            else:
                with pytest.raises(Conflict) as refused:
                    desk.act(key, step, BEN)
                assert refused.value.code in REFUSALS
                assert refused.value.message.endswith(".")
                after = desk.copy(key)
                assert (after.copy.article, after.state) == (before.copy.article, before.state)
                assert len(desk.audit(key)) == entries
            with pytest.raises(Stale) as stale:
                desk.act(key, step, ANA, revision=99)
            assert stale.value.current_revision == after.copy.article.revision
            assert stale.value.changed_by == after.copy.article.changed_by
            assert stale.value.changed_at == rfc3339(after.copy.article.updated_at)


def test_time_alone_moves_a_schedule_on(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    key = desk.create(slug="a")
    start, end = quiet.clock() + timedelta(hours=1), quiet.clock() + timedelta(hours=2)
    with quiet.runtime.publishing() as tx:
        workflow.publish(tx, ANA, key, 1, quiet.runtime.site_rules, at=start, until=end)
    seen = []
    for _ in range(4):
        seen.append((desk.state(key), quiet.client.get("/v1/articles/a").status_code))
        quiet.clock.move(minutes=40)
    assert seen == [
        ("scheduled", 404),
        ("scheduled", 404),
        ("published", 200),
        ("expired", 410),
    ]
    standing = desk.copy(key).standing
    assert standing.ended is not None
    assert (standing.ended.reason, standing.ended.at) == ("expired", end)


def test_a_change_takes_the_approval_away_but_not_the_review(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    key = brought(desk, "in_review")
    desk.save(key, BEN, title="Reviewed title")
    assert desk.state(key) == "in_review"
    desk.act(key, "approve")
    assert desk.save(key, title="Reviewed title") == desk.copy(key).copy.article.revision
    assert desk.state(key) == "approved"
    desk.save(key, title="Another title")
    assert desk.state(key) == "draft"


def test_the_reviewer_s_note_stays_until_the_next_step(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    key = brought(desk, "in_review")
    desk.act(key, "return", BEN)
    desk.save(key, summary="Maria was there.")
    assert desk.copy(key).copy.article.review_note == "Say who was there."
    assert desk.audit(key)[2].after == {
        "note": "Say who was there.",
        "revision": 3,
        "state": "draft",
    }
    desk.act(key, "submit")
    assert desk.copy(key).copy.article.review_note is None


def test_the_trash_keeps_everything(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    key = brought(desk, "approved")
    before = desk.copy(key)
    desk.act(key, "trash")
    for refused in (lambda: desk.save(key, title="No"), lambda: desk.act(key, "publish")):
        with pytest.raises(Conflict, match="restore it first"):
            refused()
    with pytest.raises(Conflict, match="taken by an article in the trash"):
        desk.create(slug="a-title")
    assert desk.copy(desk.create()).copy.article.slug == "a-title-2"
    with quiet.runtime.publishing() as tx, pytest.raises(Conflict):
        workflow.publish(tx, ANA, key, 4, quiet.runtime.site_rules)
    desk.act(key, "restore")
    after = desk.copy(key)
    assert (after.state, after.copy.content) == (before.state, before.copy.content)


def test_a_duplicate_has_a_life_of_its_own(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    builders.tag(quiet.runtime, "water")
    key = desk.create(tags=("water",), body="<p>Text</p>", body_format="html")
    desk.act(key, "publish")
    desk.act(key, "correct")
    with quiet.runtime.database.writing() as tx:
        twin = draft_commands.duplicate(tx, BEN, key, quiet.clock()).id
    copy = desk.copy(twin)
    assert (copy.state, copy.copy.article.slug, copy.copy.article.revision) == (
        "draft",
        "a-title-2",
        1,
    )
    assert copy.copy.content.tags == ("water",)
    assert copy.copy.content.corrections == ()
    assert copy.copy.content.published_at is None
    assert copy.copy.body_html == "<p>Text</p>"
    assert quiet.client.get("/v1/articles/a-title-2").status_code == 404
    assert [entry.action for entry in desk.audit(twin)] == ["article.duplicated"]
    assert desk.audit(twin)[0].after is not None
    assert desk.audit(twin)[0].after["note"] == "Copy of a-title at revision 3."


def test_translations_come_and_go(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    key = desk.create(slug="water")
    desk.act(key, "publish")
    with quiet.runtime.publishing() as tx:
        made = draft_commands.translate(
            tx, ANA, key, quiet.runtime.site_rules, "es", title="El agua"
        )
        twin, slug = made.id, made.slug
    assert (slug, desk.state(twin)) == ("el-agua", "draft")
    assert [(one.lang, one.slug) for one in desk.copy(key).translations] == [("es", "el-agua")]

    def told() -> list[str]:
        data = quiet.client.get("/v1/articles/water").json()["data"]
        return [one["slug"] for one in data["translations"]]

    assert told() == []
    desk.act(twin, "publish")
    assert told() == ["el-agua"]
    for lang, error in (("es", Conflict), ("fr", Invalid)):
        with quiet.runtime.publishing() as tx, pytest.raises(error):
            draft_commands.translate(tx, ANA, key, quiet.runtime.site_rules, lang)
    number = desk.copy(twin).copy.article.revision
    with quiet.runtime.publishing() as tx:
        before = tx.sequence
        assert draft_commands.unlink(tx, ANA, twin, number).revision == number + 1
        assert tx.sequence == before + 2
    assert told() == []
    with quiet.runtime.publishing() as tx, pytest.raises(Conflict, match="no translation"):
        draft_commands.unlink(tx, ANA, twin, number + 1)
    with quiet.runtime.publishing() as tx:
        draft_commands.link(tx, ANA, twin, number + 1, key)
    assert told() == ["el-agua"]
    with quiet.runtime.publishing() as tx, pytest.raises(NotFound):
        draft_commands.link(tx, ANA, twin, number + 2, UUID(int=9))


def test_of_two_who_saw_the_same_one_is_told_who_was_first(either: Either) -> None:
    desk = Desk(*either)
    key = desk.create()
    desk.act(key, "publish", ANA, revision=1)
    desk.clock.move(seconds=5)
    desk.act(key, "retract", BEN, revision=2)
    with pytest.raises(Stale) as refused:
        desk.act(key, "publish", ANA, revision=2)
    told = refused.value
    assert (told.current_revision, told.changed_by) == (3, "Ben")
    assert told.changed_at == rfc3339(desk.clock())
    assert desk.state(key) == "retracted"
