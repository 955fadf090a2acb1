"""The number of articles of each author is right at any time, whoever promoted it or nobody did."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import col

from app import author_counts
from app.changes import head
from app.editorial import articles, publishing
from app.editorial.content import ArticleInput, prepare
from app.errors import WillayError
from app.models.count import AuthorCount
from app.models.publication import Publication, PublicationAuthor
from app.visibility import visible
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench

NAMES = ("Ana", "Luis", "Rosa")


def plain_counts(bench: Bench, lang: str | None = None) -> dict[str, int]:
    """What readers find by `author=`, counted one by one; authors of visible pages too."""
    with bench.runtime.database.reading() as tx:
        now = head(tx).moment(bench.clock.now)
        rows = tx.execute(
            sa.select(
                col(PublicationAuthor.author_slug), col(Publication.kind), col(Publication.lang)
            )
            .join(Publication, col(Publication.id) == col(PublicationAuthor.publication_id))
            .where(visible(Publication, now))
        ).all()
    counted = Counter({row.author_slug: 0 for row in rows})
    counted.update(
        row.author_slug for row in rows if row.kind == "article" and lang in (None, row.lang)
    )
    return dict(counted)


def told(bench: Bench, query: str = "") -> dict[str, int]:
    data = bench.client.get(f"/v1/authors{query}").json()["data"]
    assert [one["slug"] for one in data] == sorted(one["slug"] for one in data)
    for one in data:
        alone = bench.client.get(f"/v1/authors/{one['slug']}{query}").json()["data"]
        assert alone == one
    return {one["slug"]: one["articles_count"] for one in data}


@pytest.mark.parametrize("seed", range(3))
def test_the_numbers_are_right_after_every_act(quiet: Bench, seed: int) -> None:
    runtime, clock, random = quiet.runtime, quiet.clock, Random(seed)
    keys = [
        builders.draft(
            runtime,
            title=f"n{number}",
            lang=random.choice(("en", "es")),
            kind=random.choice(("article", "article", "page")),
            authors=tuple({"name": name} for name in random.sample(NAMES, random.randint(0, 3))),
        )[0]
        for number in range(6)
    ]
    seen = set()
    for _ in range(60):
        key, act = (
            random.choice(keys),
            random.choice(
                ("publish", "schedule", "expire", "retract", "unpublish", "edit", "wait", "promote")
            ),
        )
        try:
            with runtime.publishing() as tx:
                revision = articles.lock_article(tx, key, None).revision
                soon = tx.moment + timedelta(seconds=random.choice((5, 30)))
                if act in ("publish", "schedule", "expire"):
                    start = soon if act == "schedule" else None
                    end = soon + timedelta(seconds=5) if act == "expire" else None
                    publishing.publish(
                        tx, EDITOR, key, revision, runtime.site_rules, at=start, until=end
                    )
                elif act == "retract":
                    publishing.retract(tx, EDITOR, key, "It was wrong.")
                elif act == "unpublish":
                    publishing.unpublish(tx, EDITOR, key)
                elif act == "edit":
                    content = articles.read(tx, key).content
                    wrote = tuple({"name": name} for name in random.sample(NAMES, 2))
                    changed = ArticleInput.model_validate(content.model_dump() | {"authors": wrote})
                    ready = prepare(changed, runtime.site_rules)
                    articles.edit(tx, EDITOR, key, revision, ready, tx.moment)
        except WillayError:  # not possible now: then nothing may have changed
            pass
        if act == "wait":
            clock.move(seconds=random.choice((1, 7, 40)))
        if act == "promote":
            runtime.promote()
        with runtime.database.reading() as tx:
            assert author_counts.differences(tx) == 0, act
            seen.add(head(tx).is_current(clock.now))
        assert told(quiet) == plain_counts(quiet), act
        assert told(quiet, "?lang=es") == plain_counts(quiet, "es"), act
    assert seen == {True, False}  # boundaries were met promoted and not


def test_a_recount_puts_right_what_differs(quiet: Bench) -> None:
    runtime = quiet.runtime
    builders.published(runtime, authors=({"name": "Ana"}, {"name": "Luis"}))
    with runtime.database.writing() as tx:
        tx.execute(sa.update(AuthorCount).where(col(AuthorCount.author_slug) == "ana").values(n=7))
        tx.execute(sa.delete(AuthorCount).where(col(AuthorCount.author_slug) == "luis"))
    with runtime.publishing() as tx:
        assert author_counts.differences(tx) == 2
        author_counts.rebuild(tx)
    with runtime.database.reading() as tx:
        assert author_counts.differences(tx) == 0
    assert told(quiet) == {"ana": 1, "luis": 1}
