"""How tags change and end: nothing that carried one loses it, and no old address dies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from app import audit
from app.audit import AuditFilter, By
from app.changes import head
from app.editorial import articles, importing, publishing, tag_carriers, tag_merge, tags
from app.editorial.content import Actor, ArticleInput, prepare
from app.editorial.tags import TagChange, TagInput
from app.errors import Conflict, Invalid, NotFound, Stale
from app.kit.clock import rfc3339
from app.kit.ids import uuid7
from app.models.article import ArticleTag
from app.models.publication import PublicationTag
from app.runtime import Runtime
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, MovingClock

Either = tuple[Runtime, MovingClock]


def carried(runtime: Runtime, article_id: UUID) -> tuple[str, ...]:
    """The tags of a working copy."""
    with runtime.database.reading() as tx:
        return articles.read(tx, article_id).content.tags


def entries(runtime: Runtime, after: int) -> list[tuple[str, UUID, str]]:
    with runtime.database.reading() as tx:
        asked = sa.text(
            "SELECT kind, subject_id, cause FROM change WHERE sequence > :after ORDER BY sequence"
        ).columns(kind=sa.String, subject_id=sa.Uuid, cause=sa.String)
        return [
            (row.kind, row.subject_id, row.cause) for row in tx.execute(asked, {"after": after})
        ]


def sequence(runtime: Runtime) -> int:
    with runtime.database.reading() as tx:
        return head(tx).sequence


def pairs(runtime: Runtime, table: type[Any], carrier: str) -> set[tuple[Any, UUID]]:
    with runtime.database.reading() as tx:
        rows = tx.execute(sa.select(getattr(table, carrier), table.tag_id)).all()
    assert len(rows) == len(set(rows))
    return {(key, tag_id) for key, tag_id in rows}


def test_a_merge_moves_everything_once(either: Either, subtests: pytest.Subtests) -> None:
    runtime, clock = either
    old, new = builders.tag(runtime, "mining"), builders.tag(runtime, "extraction")
    child = builders.tag(runtime, "gold", parent="mining")
    live = builders.published(runtime, title="Live", tags=["mining"])
    both = builders.published(runtime, title="Both", tags=["mining", "extraction"])
    below = builders.published(runtime, title="Below", tags=["gold"])
    other = builders.published(runtime, title="Other", tags=["extraction"])
    draft, revision = builders.draft(runtime, title="Draft", tags=["extraction", "mining"])
    soon = clock() + timedelta(hours=1)
    planned = builders.publish(
        runtime, builders.draft(runtime, title="Planned", tags=["mining"]), at=soon
    )
    over = builders.published(runtime, title="Over", tags=["mining"])
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, over, "Wrong.")
    before = sequence(runtime)
    with runtime.publishing() as tx:
        target = tag_merge.merge(tx, EDITOR, old, 1, "extraction")
        assert (target.id, target.revision) == (new, 2)
        assert tags.lock_tag(tx, child, None).parent_id == new
    for article_id in (live, both, draft, planned, over):
        with subtests.test(article_id=article_id):
            assert carried(runtime, article_id) == ("extraction",)
    assert {tag_id for _, tag_id in pairs(runtime, PublicationTag, "publication_id")} == {
        new,
        child,
    }
    assert {key for key, tag_id in pairs(runtime, ArticleTag, "article_id") if tag_id == new} == {
        *(live, both, draft, planned, over, other)
    }
    with runtime.database.reading() as tx:
        known = runtime.memory.tags(tx, head(tx))
        found = known.find("mining")
        assert found is not None
        assert (found.id, found.names, found.parent_id) == (new, {"en": "Extraction"}, None)
        assert known.resolve_ids([str(old), str(child), str(new)]) == [found, known.by_id[child]]
        assert known.by_id[child].parent_id == new
    told = entries(runtime, before)
    assert sorted(told[:3]) == sorted(("article", key, "merged") for key in (live, both, below))
    assert told[3:] == [("tag", child, "updated"), ("tag", old, "merged"), ("tag", new, "updated")]
    # A draft saved before the merge can be published and edited after it, by its old slug too.
    assert builders.publish(runtime, (draft, revision)) == draft
    text = ArticleInput(lang="en", title="Draft", tags=("mining", "gold", "extraction"))
    with runtime.database.writing() as tx:
        articles.edit(tx, EDITOR, draft, 1, prepare(text, runtime.site_rules), clock())
    assert carried(runtime, draft) == ("extraction", "gold")
    with runtime.publishing() as tx, pytest.raises(NotFound):
        tag_merge.merge(tx, EDITOR, old, None, "extraction")


def test_merges_in_a_row_lead_to_the_last(bench: Bench, subtests: pytest.Subtests) -> None:
    runtime = bench.runtime
    one, two, three = (builders.tag(runtime, slug) for slug in ("one", "two", "three"))
    key = builders.published(runtime, title="Story", slug="story", tags=["one", "two"])
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, one, 1, TagChange(slug="uno"))
        tag_merge.merge(tx, EDITOR, one, None, "two")
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, two, None, "three")
        assert tags.resolve_ids(tx, [one, two, three, uuid7(tx.moment)]) == [three]
    assert carried(runtime, key) == ("three",)
    for slug in ("one", "uno", "two"):
        with subtests.test(slug=slug):
            answer = bench.client.get(f"/v1/tags/{slug}", follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (301, "three")
            listed = bench.client.get(f"/v1/articles?tag={slug}&count=true").json()
            assert [item["slug"] for item in listed["data"]] == ["story"]
            assert [tag["slug"] for tag in listed["data"][0]["tags"]] == ["three"]
            found = bench.client.get(f"/v1/resolve?path=/topics/{slug}").json()["data"]
            assert (found["status"], found["kind"], found["slug"]) == (301, "tag", "three")
            assert bench.client.get(found["url"].removeprefix("http://127.0.0.1:8000")).is_success


@pytest.mark.parametrize("into", ["a", "b", "c"])
def test_a_merge_into_what_is_below_makes_no_cycle(either: Either, into: str) -> None:
    """top → mid → a → b → c; mid becomes one of those below it."""
    runtime, _ = either
    chain = ["top", "mid", "a", "b", "c"]
    ids = {
        slug: builders.tag(runtime, slug, parent=above)
        for slug, above in zip(chain, [None, *chain], strict=False)
    }
    key = builders.published(runtime, title="Deep", tags=["c"])
    before = sequence(runtime)
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, ids["mid"], None, into)
        # Everything is still under the top, which only a tree without a cycle allows.
        assert set(tag_carriers.descendant_ids(tx, ids["top"])) == set(ids.values()) - {ids["mid"]}
        assert tags.lock_tag(tx, ids[into], None).parent_id == ids["top"]
    assert ("article", key, "merged") in entries(runtime, before)


def test_a_tag_in_use_stays_unless_it_is_told_what_replaces_it(either: Either) -> None:
    runtime, clock = either
    tag_id, heir = builders.tag(runtime, "mining"), builders.tag(runtime, "extraction")
    draft, _ = builders.draft(runtime, title="Draft", tags=["mining"])
    trashed, _ = builders.draft(runtime, title="Trashed", tags=["mining"])
    planned = builders.draft(runtime, title="Planned", tags=["mining"])
    builders.publish(runtime, planned, at=clock() + timedelta(days=1))
    with runtime.database.writing() as tx:
        tx.session.get_one(articles.Article, trashed).trashed_at = clock()
    # Its working copy lost the tag, its publication to come has it still.
    untagged = prepare(ArticleInput(lang="en", title="Planned"), runtime.site_rules)
    with runtime.database.writing() as tx:
        articles.edit(tx, EDITOR, planned[0], 1, untagged, clock())
    with runtime.publishing() as tx, pytest.raises(Conflict) as refused:
        tag_merge.remove(tx, EDITOR, tag_id, 1)
    assert refused.value.code == "tag_in_use"
    assert refused.value.message.startswith("3 articles carry the tag 'mining'")
    with runtime.publishing() as tx, pytest.raises(Invalid) as unknown:
        tag_merge.remove(tx, EDITOR, tag_id, 1, "extracton")
    assert (unknown.value.code, unknown.value.details[0].pointer) == ("unknown_tag", "/replacement")
    with runtime.publishing() as tx:
        tag_merge.remove(tx, EDITOR, tag_id, 1, "extraction")
    assert carried(runtime, draft) == carried(runtime, trashed) == ("extraction",)
    unused = builders.tag(runtime, "unused")
    with runtime.publishing() as tx:
        tag_merge.remove(tx, EDITOR, unused, 1)
        at = tx.moment
    with runtime.database.reading() as tx:
        known = runtime.memory.tags(tx, head(tx))
        assert (known.find("unused"), known.removed) == (None, {"unused": at})
    clock.move(days=2)
    runtime.promote()
    assert {tag for _, tag in pairs(runtime, PublicationTag, "publication_id")} == {heir}


def test_a_removed_tag_is_gone_and_its_slug_stays_taken(bench: Bench) -> None:
    runtime = bench.runtime
    tag_id = builders.tag(runtime, "mining")
    builders.tag(runtime, "gold", parent="mining")
    key = builders.published(runtime, title="Story", tags=["mining"])
    plain = prepare(ArticleInput(lang="en", title="Story"), runtime.site_rules)
    with runtime.publishing() as tx:
        articles.edit(tx, EDITOR, key, 1, plain, tx.moment)
        publishing.publish(tx, EDITOR, key, 2, runtime.site_rules)
    with runtime.publishing() as tx, pytest.raises(Conflict, match="1 tag is below"):
        tag_merge.remove(tx, EDITOR, tag_id, 1)
    with runtime.publishing() as tx:
        gold = tags.ids_of(tx, ["gold"])[0]
        tags.change(tx, EDITOR, gold, 1, TagChange(parent=None))
        tag_merge.remove(tx, EDITOR, tag_id, 1)
    answer = bench.client.get("/v1/tags/mining")
    assert (answer.status_code, answer.json()["reason"]) == (410, "removed")
    assert bench.client.get("/v1/resolve?path=/topics/mining").status_code == 410
    assert bench.client.get("/v1/articles?tag=mining").json()["code"] == "unknown_tag"
    with runtime.publishing() as tx, pytest.raises(Conflict, match="has been removed"):
        tags.create(tx, EDITOR, TagInput(slug="mining", names={"en": "Mining"}))
    with runtime.publishing() as tx, pytest.raises(Invalid, match="create it first"):
        tags.ids_of(tx, ["mining"])
    with runtime.publishing() as tx, pytest.raises(Conflict, match="or had it"):
        tags.create(tx, EDITOR, TagInput(slug="new", names={"en": "New"}), tag_id)
    # A revision that had it is read, and restored, without it.
    with runtime.database.writing() as tx:
        kept = tx.execute(sa.text("SELECT content FROM revision WHERE number = 1")).scalar_one()
        assert str(tag_id) in str(kept)
        old = tx.session.get_one(articles.Revision, (key, 1)).content
        text = articles.from_revision_json(old, tags.slugs_by_id(tx))
        articles.edit(tx, EDITOR, key, 2, prepare(text, runtime.site_rules), bench.clock())
    assert text.tags == ()


def test_a_slug_belongs_to_one_tag_for_good(either: Either) -> None:
    runtime, _ = either
    one = builders.tag(runtime, "one")
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, one, 1, TagChange(slug="uno"))
    with runtime.publishing() as tx, pytest.raises(Conflict, match="old slug of the tag 'uno'"):
        tags.create(tx, EDITOR, TagInput(slug="one", names={"en": "One"}))
    with runtime.publishing() as tx:
        assert tags.ids_of(tx, ["one", "uno"]) == [one]
        assert tags.change(tx, EDITOR, one, 2, TagChange(slug="one")).revision == 3
    with runtime.publishing() as tx, pytest.raises(Conflict, match="old slug of the tag 'one'"):
        tags.create(tx, EDITOR, TagInput(slug="uno", names={"en": "Uno"}))


def test_a_new_slug_is_news_of_those_that_name_it(bench: Bench) -> None:
    runtime = bench.runtime
    top, mid = builders.tag(runtime, "top"), builders.tag(runtime, "mid", parent="top")
    builders.tag(runtime, "low", parent="mid")
    key = builders.published(runtime, title="Story", tags=["low"])
    before = sequence(runtime)
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, top, 1, TagChange(slug="summit"))
    assert entries(runtime, before) == [
        *(("tag", top, "updated"), ("tag", mid, "updated"), ("article", key, "tag_updated")),
    ]


def test_what_says_the_same_changes_nothing(bench: Bench) -> None:
    one = builders.tag(bench.runtime, "one")
    before = sequence(bench.runtime)
    with bench.runtime.publishing() as tx:
        same = tags.change(tx, EDITOR, one, 1, TagChange(slug="one", names={"en": "One"}))
        assert same.revision == 1
    assert sequence(bench.runtime) == before


def test_who_comes_too_late_is_told_who_was_first(bench: Bench, subtests: pytest.Subtests) -> None:
    runtime = bench.runtime
    one = builders.tag(runtime, "one")
    with runtime.publishing() as tx:
        changed = tags.change(tx, EDITOR, one, 1, TagChange(names={"en": "Uno"}))
        at = changed.updated_at
    for step, act in {
        "change": lambda tx: tags.change(tx, EDITOR, one, 1, TagChange(slug="late")),
        "remove": lambda tx: tag_merge.remove(tx, EDITOR, one, 1),
        "merge": lambda tx: tag_merge.merge(tx, EDITOR, one, 1, "one"),
    }.items():
        with subtests.test(step=step):
            with runtime.publishing() as tx, pytest.raises(Stale) as stale:
                act(tx)
            assert (stale.value.current_revision, stale.value.changed_at) == (2, rfc3339(at))


def test_two_moves_at_once_make_no_cycle(either: Either) -> None:
    """A under B and B under A: whoever is second is refused, whatever the database."""
    runtime, _ = either
    start = Barrier(2, timeout=30)

    def move(tag_id: UUID, parent: str) -> str:
        start.wait()
        try:
            with runtime.publishing() as tx:
                tags.change(tx, EDITOR, tag_id, 1, TagChange(parent=parent))
        except Invalid as error:
            return error.code
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        for turn in range(8):
            one, other = f"a{turn}", f"b{turn}"
            ids = [builders.tag(runtime, slug) for slug in (one, other)]
            outcomes = sorted(pool.map(move, ids, (other, one)))
            assert outcomes == ["moved", "tag_cycle"]
            with runtime.database.reading() as tx:
                assert sorted(len(tag_carriers.descendant_ids(tx, tag_id)) for tag_id in ids) == [
                    1,
                    2,
                ]


@pytest.mark.parametrize("how", ["remove", "merge"])
def test_a_draft_saved_while_its_tag_ends_keeps_it_or_is_refused(either: Either, how: str) -> None:
    """The draft's transaction is open and has taken the tag up when the tag is to end."""
    runtime, clock = either
    tag_id = builders.tag(runtime, "mining")
    builders.tag(runtime, "extraction")
    ready = prepare(ArticleInput(lang="en", title="Draft", tags=("mining",)), runtime.site_rules)
    taken, ended = Event(), Event()

    def end() -> str:
        assert taken.wait(30)
        try:
            with runtime.publishing() as tx:
                if how == "merge":
                    tag_merge.merge(tx, EDITOR, tag_id, None, "extraction")
                else:
                    tag_merge.remove(tx, EDITOR, tag_id, None)
        except Conflict as error:
            return error.code
        finally:
            ended.set()
        return "ended"

    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(end)
        with runtime.database.writing() as tx:
            key = articles.create(tx, EDITOR, ready, clock()).id
            tx.session.flush()
            taken.set()
            assert not ended.wait(0.3)
        result = outcome.result(timeout=30)
    assert result == ("ended" if how == "merge" else "tag_in_use")
    assert carried(runtime, key) == (("extraction",) if how == "merge" else ("mining",))
    with runtime.database.reading() as tx:
        there = tx.execute(sa.select(ArticleTag.tag_id)).scalars().all()
        assert list(there) == tags.resolve_ids(tx, [tag_id])


def test_a_draft_that_waits_for_a_merge_takes_the_other_tag(either: Either) -> None:
    runtime, clock = either
    tag_id, heir = builders.tag(runtime, "mining"), builders.tag(runtime, "extraction")
    ready = prepare(ArticleInput(lang="en", title="Draft", tags=("mining",)), runtime.site_rules)

    def save() -> UUID:
        with runtime.database.writing() as tx:
            return articles.create(tx, EDITOR, ready, clock()).id

    with ThreadPoolExecutor(1) as pool:
        with runtime.publishing() as tx:
            tag_merge.merge(tx, EDITOR, tag_id, None, "extraction")
            saved = pool.submit(save)
            with pytest.raises(TimeoutError):
                saved.result(timeout=0.3)
        key = saved.result(timeout=30)
    assert carried(runtime, key) == ("extraction",)
    assert pairs(runtime, ArticleTag, "article_id") == {(key, heir)}


def test_the_audit_has_before_and_after(bench: Bench) -> None:
    runtime = bench.runtime
    account = uuid7(bench.clock())
    ana = Actor("Ana", By("session", account, "a-session", "192.0.2.1"))
    with runtime.publishing() as tx:
        land = tags.create(tx, ana, TagInput(slug="land", names={"en": "Land"})).id
        water = tags.create(tx, ana, TagInput(slug="water", names={"en": "Water"})).id
        tags.change(tx, ana, water, 1, TagChange(parent="land", names={"en": "Waters"}))
        tag_merge.merge(tx, ana, water, 2, "land")
        tag_merge.remove(tx, ana, land, None)
    with runtime.database.reading() as tx:
        found = audit.list_events(tx, AuditFilter(account_id=account)).entries[::-1]
    assert [(e.action, e.subject_id, e.by) for e in found] == [
        (f"tag.{what}", str(which), ana.by)
        for what, which in (
            *(("created", land), ("created", water), ("changed", water)),
            *(("merged", water), ("removed", land)),
        )
    ]
    plain = {"type": "topic", "descriptions": {}, "synonyms": {}, "parent": None}
    plain |= {"status": "accepted"}
    assert found[0].before is None
    assert found[0].after == {**plain, "slug": "land", "names": {"en": "Land"}}
    assert found[2].before == {"names": {"en": "Water"}, "parent": None}
    assert found[2].after == {"names": {"en": "Waters"}, "parent": "land"}
    assert found[3].after == {"merged_into": "land"}
    assert found[4].before == {**plain, "slug": "land", "names": {"en": "Land"}}
    assert found[4].after is None


def test_an_import_leaves_a_merged_tag_alone(bench: Bench) -> None:
    runtime = bench.runtime
    old = builders.tag(runtime, "mining")
    builders.tag(runtime, "extraction")
    with runtime.publishing() as tx:
        tag_merge.merge(tx, EDITOR, old, None, "extraction")
    with runtime.publishing() as tx:
        assert importing.find_tag(tx, None, "mining") is None
        with pytest.raises(Conflict, match="leads there"):
            tags.create(tx, EDITOR, TagInput(slug="mining", names={"en": "Mining"}))


def test_a_branch_has_at_most_twenty_levels(either: Either) -> None:
    """However it would become longer: by a new tag, by a branch that moves, or by a merge."""
    runtime, _ = either
    long_branch: list[UUID] = []
    for level in range(20):
        parent = f"a{level - 1}" if level else None
        long_branch.append(builders.tag(runtime, f"a{level}", parent=parent))
    builders.tag(runtime, "b0")
    middle = builders.tag(runtime, "b1", parent="b0")
    builders.tag(runtime, "b2", parent="b1")
    builders.tag(runtime, "c0")

    def refused(act: Any, *arguments: Any) -> str:
        with pytest.raises(Invalid) as error, runtime.publishing() as tx:
            act(tx, EDITOR, *arguments)
        return error.value.code

    too_low = TagInput(slug="a20", names={"en": "Too low"}, parent="a19")
    assert refused(tags.create, too_low) == "tag_too_deep"
    assert refused(tags.change, middle, 1, TagChange(parent="a18")) == "tag_too_deep"
    assert refused(tag_merge.merge, middle, None, "a19") == "tag_too_deep"
    with runtime.publishing() as tx:
        tags.change(tx, EDITOR, middle, 1, TagChange(parent="a17"))
        tags.change(tx, EDITOR, long_branch[-1], 1, TagChange(names={"en": "The lowest"}))
        tag_merge.merge(tx, EDITOR, long_branch[1], None, "a0")
        below = tags.create(tx, EDITOR, too_low)
    with runtime.database.reading() as tx:
        assert len(tag_carriers.descendant_ids(tx, long_branch[0])) == 20 + 2
        assert tag_carriers.descendant_ids(tx, below.id) == [below.id]
