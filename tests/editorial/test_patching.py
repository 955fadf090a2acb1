"""Some fields change, the whole stays an article; and what is told of two texts is true."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editorial import draft_commands, history
from app.editorial.article_patch import ArticlePatch
from app.editorial.content import ArticleInput
from app.errors import Invalid
from app.kit import diff
from tests import builders
from tests.conftest import Bench
from tests.editorial.desk import ANA, BEN, Desk

FULL: dict[str, Any] = {
    "title": "First",
    "slug": "first",
    "summary": "S",
    "body": "One two three.",
    "authors": ({"name": "Ana"},),
    "source": {"name": "A paper"},
    "image": {"url": "https://a.example/b.jpg", "alt": "A"},
    "rights": {"credit": "C"},
    "tags": ("water",),
    "published_at": datetime(2012, 7, 3, tzinfo=UTC),
    "date_precision": "day",
    "is_excerpt": True,
}


def test_a_patch_knows_every_field_of_an_article() -> None:
    assert list(ArticlePatch.model_fields) == list(ArticleInput.model_fields)


def test_what_is_not_given_stays_and_null_clears(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    builders.tag(quiet.runtime, "water")
    key = desk.create(**FULL)
    before = desk.copy(key).copy
    desk.save(key, title="Second")
    after = desk.copy(key).copy
    assert after.content == before.content.model_copy(update={"title": "Second"})
    assert (after.article.slug, after.article.title) == ("first", "Second")
    desk.save(key, source=None, image=None, published_at=None, tags=())
    cleared = desk.copy(key).copy.content
    assert (cleared.source, cleared.image, cleared.published_at, cleared.tags) == (
        *(None, None, None),
        (),
    )
    assert cleared.summary == "S"


@pytest.mark.parametrize(
    ("patch", "code", "pointer"),
    [
        ({"kind": "page"}, "kind_fixed", "/kind"),
        ({"lang": "fr"}, "unknown_language", "/lang"),
        ({"tags": ("water", "nothing")}, "unknown_tag", "/tags/1"),
        ({"tags": ("water", "water")}, "invalid_field", "/"),
        ({"body": "<div>" * 100_000, "body_format": "html"}, "tangled_body", "/body"),
    ],
)
def test_what_makes_no_article_is_refused(
    quiet: Bench, patch: dict[str, Any], code: str, pointer: str
) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    builders.tag(quiet.runtime, "water")
    key = desk.create(**FULL)
    before = desk.copy(key)
    with pytest.raises(Invalid) as refused:
        desk.save(key, **patch)
    assert (refused.value.code, refused.value.details[0].pointer) == (code, pointer)
    after = desk.copy(key)
    assert (after.copy, after.state) == (before.copy, before.state)


def test_a_body_of_html_is_kept_as_it_was_sanitised(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    body = "<p onclick='x'>Hello</p><script>x</script>\r\n<p>There</p>"
    key = desk.create(body=body, body_format="html")
    copy = desk.copy(key).copy
    assert copy.content.body == copy.body_html == "<p>Hello</p>\n<p>There</p>"


def test_history_is_told_and_an_old_text_comes_back(quiet: Bench) -> None:
    desk = Desk(quiet.runtime, quiet.clock)
    builders.tag(quiet.runtime, "water")
    key = desk.create(**FULL)
    desk.act(key, "publish")
    desk.clock.move(minutes=1)
    desk.save(key, BEN, title="Second", body="One four three!", tags=())
    with quiet.runtime.database.writing() as tx:
        draft_commands.restore(tx, ANA, key, 3, 1, quiet.clock())
    with quiet.runtime.database.reading() as tx:
        saved, more = history.revisions(tx, key, None, 2)
        older, newer = (history.revision(tx, key, number) for number in (1, 3))
        rest, end = history.revisions(tx, key, saved[-1].number, 2)
    assert [(one.number, one.saved_by, one.note) for one in (*saved, *rest)] == [
        (4, "Ana", "Restored from revision 1."),
        (3, "Ben", None),
        (1, "Ana", None),
    ]
    assert (more, end) == (True, False)
    assert desk.copy(key).copy.content == older.content
    assert desk.state(key) == "draft"
    assert quiet.client.get("/v1/articles/first").json()["data"]["title"] == "First"
    told = {one.field: one for one in history.difference(older, newer)}
    assert list(told) == ["title", "body", "tags"]
    assert (told["tags"].before, told["tags"].after) == (["water"], [])
    assert told["body"].parts == [
        diff.TextPart("equal", "One "),
        diff.TextPart("delete", "two"),
        diff.TextPart("insert", "four"),
        diff.TextPart("equal", " three"),
        diff.TextPart("delete", "."),
        diff.TextPart("insert", "!"),
    ]
    assert history.difference(older, older) == []


_TEXT = st.text(alphabet="ab .\nñ", max_size=40)


@given(before=_TEXT, after=_TEXT)
@settings(max_examples=200, deadline=None, database=None)
def test_parts_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    found = diff.diff_words(before, after)
    assert "".join(one.text for one in found if one.op != "insert") == before
    assert "".join(one.text for one in found if one.op != "delete") == after
    assert all(one.text for one in found)
    assert all(one.op != two.op for one, two in pairwise(found))


def test_texts_too_long_for_words_are_compared_by_lines_and_then_whole() -> None:
    before, after = "a b c d e f g\n" * 2_000, "g f e d c b a\n" * 2_000
    assert diff.diff_words(f"x\n{before}", f"x\n{after}")[0].op == "equal"
    assert [one.op for one in diff.diff_words("a\n" * 200_000, "b\n" * 200_000)] == [
        "delete",
        "insert",
    ]
