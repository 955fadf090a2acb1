"""The life of a medium on SQLite and on PostgreSQL, and two who want it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from app.changes import head
from app.editorial import articles, media, media_list, takedown
from app.editorial.content import ArticleInput, prepare
from app.editorial.media import MediaChange
from app.editorial.media_list import MediaFilter
from app.errors import Conflict, Gone, Invalid, NotFound, WillayError
from app.published import media as published_media
from app.runtime import Runtime
from tests import builders
from tests.builders import BY, EDITOR
from tests.conftest import MovingClock

Either = tuple[Runtime, MovingClock]


def seen(runtime: Runtime, key: UUID) -> tuple[str, ...]:
    """Those by which the public sees a picture."""
    with runtime.database.reading() as tx:
        now = head(tx).moment(runtime.clock())
        return published_media.get_public_file(tx, key, "320.jpg", now).shown_by


def test_a_life(either: Either) -> None:
    runtime, clock = either
    key = builders.medium(runtime)
    article = builders.draft(runtime, title="one", image={"media_id": key})
    with pytest.raises(Invalid, match="alt text"):
        builders.publish(runtime, article)
    with runtime.database.writing() as tx:
        media.describe(tx, BY, key, 1, MediaChange(alt={"en": "x"}), clock.now)
    builders.publish(runtime, article, at=clock.now + timedelta(hours=1))
    with pytest.raises(NotFound):
        seen(runtime, key)
    clock.move(hours=1)
    assert seen(runtime, key) == (f"article/{article[0]}",)
    with runtime.database.writing() as tx, pytest.raises(Conflict, match="one"):
        media.delete(tx, BY, key, 2, clock.now)
    with runtime.publishing() as tx:
        takedown.take_down(tx, BY, key, 2, "Asked.")
    with pytest.raises(Gone, match="Asked"):
        seen(runtime, key)
    with runtime.database.writing() as tx:
        media.delete(tx, BY, key, 3, clock.now)
    with pytest.raises(Gone, match="Asked"):
        seen(runtime, key)
    with runtime.database.reading() as tx:
        assert media_list.list_media(tx, MediaFilter(), clock.now, limit=9) == []
        assert media_list.file_digests(tx) == set()


def test_to_show_and_to_delete_at_once_leaves_no_broken_article(either: Either) -> None:
    runtime, clock = either
    content = prepare(ArticleInput(lang="en", title="x"), runtime.site_rules)

    def show(key: UUID) -> bool:
        ready = prepare(
            content.content.model_copy(update={"body": f"![x](/v1/media/{key}/320.jpg)"}),
            runtime.site_rules,
        )
        with runtime.database.writing() as tx:
            articles.create(tx, EDITOR, ready, clock.now)
        return True

    def delete(key: UUID) -> bool:
        try:
            with runtime.database.writing() as tx:
                media.delete(tx, BY, key, 1, clock.now)
        except WillayError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        for number in range(10):
            key = builders.medium(runtime, builders.picture("PNG", (340, 2), f"#00{number:04x}"))
            acts = [threads.submit(show, key), threads.submit(delete, key)]
            assert acts[0].result()
            deleted = acts[1].result()
            with runtime.database.reading() as tx:
                if deleted:
                    with pytest.raises(NotFound):
                        media_list.get_medium(tx, key, clock.now)
                else:
                    assert len(media_list.get_medium(tx, key, clock.now).used_by) == 1


def test_the_same_file_sent_twice_at_once_is_one_medium(either: Either) -> None:
    runtime, _ = either
    content = builders.picture("PNG")
    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(builders.medium, runtime, content) for _ in range(4)]
        assert len({one.result() for one in sent}) == 1
