"""Corrections, cancelling and siblings on both databases, by the commands themselves."""

from datetime import timedelta

import pytest

from app.editorial import correcting, draft_commands, workflow
from app.editorial.article_patch import ArticlePatch, apply_patch
from app.errors import Conflict, WouldCancel
from tests import builders
from tests.editorial.desk import ANA, BEN, Desk, Either


def test_a_draft_a_schedule_and_a_sibling(either: Either) -> None:
    desk = Desk(*either)
    house = desk.runtime.site_rules
    builders.tag(desk.runtime, "water")
    key = desk.create(slug="river", summary="Old.", tags=("water",))
    desk.act(key, "publish")
    with desk.runtime.publishing() as tx:
        twin = draft_commands.translate(tx, ANA, key, house, "es", slug="rio").id
    desk.act(twin, "publish")
    desk.save(key, title="Scheduled")
    desk.act(key, "schedule")
    desk.save(key, BEN, title="Draft", summary="Mine.", slug="stream")
    number = desk.copy(key).copy.article.revision
    with desk.runtime.database.reading() as tx:
        public, text = correcting.text_to_correct(tx, key, number, None, desk.clock())
    assert (public.content.title, text) == ("A title", 1)
    with pytest.raises(WouldCancel) as refused, desk.runtime.publishing() as tx:
        workflow.retract(tx, ANA, key, number, "Forged.")
    assert [one.slug for one in refused.value.releases] == ["river"]
    changed = desk.copy(key)  # nothing came of it
    assert changed.copy.article.revision == number
    draft = apply_patch(public, ArticlePatch(summary="New."), house)
    with pytest.raises(Conflict), desk.runtime.publishing() as tx:
        workflow.correct(tx, ANA, key, number, house, "x", text_revision=99)
    with desk.runtime.publishing() as tx:
        done = workflow.correct(
            tx, ANA, key, number, house, "A year.", draft=draft, siblings=["es"]
        )
        assert [one.fields for one in done.uncorrected] == [["summary"]]
    after = desk.copy(key)
    assert (after.state, after.copy.content.title, after.copy.content.summary) == (
        *("draft", "Draft"),
        "Mine.",
    )
    assert [one.note for one in after.copy.content.corrections] == ["A year."]
    assert [one.note for one in desk.copy(twin).copy.content.corrections] == ["A year."]
    assert (after.standing.live and after.standing.live.slug) == "river"
    assert len(after.standing.scheduled) == 1
    titles = []
    for _ in range(2):
        with desk.runtime.database.reading() as tx:
            public, _ = correcting.text_to_correct(
                tx, key, after.copy.article.revision, None, desk.clock()
            )
        titles.append((public.content.title, public.content.summary, public.content.tags))
        assert [one.note for one in public.content.corrections] == ["A year."]
        desk.clock.move(hours=2)
    assert titles == [("A title", "New.", ("water",)), ("Scheduled", "New.", ("water",))]
    number = desk.copy(key).copy.article.revision
    again = desk.clock() + timedelta(hours=1)
    with desk.runtime.publishing() as tx:
        workflow.embargo(tx, ANA, key, number, house, again, siblings=["es"])
    assert desk.copy(key).state == "draft"
    assert desk.copy(twin).state == "scheduled"
