"""Content in every state that holds a marker wherever it is not public."""

import json
import re
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.editorial import (
    aliases,
    articles,
    authors,
    correcting,
    people,
    publishing,
    site,
    tags,
)
from app.editorial.content import Actor, ArticleInput, Draft, prepare
from app.editorial.events import EVENTS, EventInput
from app.editorial.site_input import SiteInput
from app.editorial.tags import TagInput
from tests import builders
from tests.conftest import Bench

NUMBERS = count(100_000)
EVENT_IDS = [UUID(int=number) for number in range(1, 4)]
"""Of an event that is announced, one that will be, and one that was."""

AUTHORS = {"plain-author": True, "hidden-author": False}
"""The slugs of authors without articles, and whether they are public."""

MARKER = re.compile(r"kanari\d{6}")


def marker() -> str:
    return f"kanari{next(NUMBERS)}"


def secret_content(**over: Any) -> dict[str, Any]:
    """An article that holds a marker wherever an article holds text."""
    web = f"https://{marker()}.example/"
    return {
        "lang": "en",
        "title": marker(),
        "slug": marker(),
        "summary": marker(),
        "body": marker(),
        "authors": ({"name": marker()},),
        "source": {"name": marker(), "url": web},
        "image": {"url": web, "alt": marker(), "caption": marker(), "credit": marker()},
        "rights": {"credit": marker()},
        "tags": ("water",),
        "corrections": ({"at": "2020-01-01T00:00:00Z", "note": marker()},),
    } | over


def propose(bench: Bench) -> list[str]:
    """Tags that nobody has accepted yet, below one that is public and below each other."""
    proposed, parent = [], "water"
    with bench.runtime.publishing() as tx:
        for _ in range(2):
            text = {"en": marker()}
            asked = TagInput(
                slug=marker(),
                names=text,
                descriptions={"en": marker()},
                synonyms={"en": (marker(),)},
                parent=parent,
            )
            parent = tags.create(tx, Actor(marker(), may_publish=False), asked).slug
            proposed.append(parent)
    return proposed


def secret(bench: Bench, **over: Any) -> Draft:
    content = ArticleInput.model_validate_json(json.dumps(secret_content(**over)))
    return prepare(content, bench.runtime.site_rules)


def drafted(bench: Bench, **over: Any) -> tuple[UUID, int]:
    ready = secret(bench, **over)
    with bench.runtime.database.writing() as tx:
        row = articles.create(tx, Actor(marker()), ready, bench.runtime.clock())
        return row.id, row.revision


def edited(bench: Bench, key: UUID) -> tuple[UUID, int]:
    ready = secret(bench)
    with bench.runtime.database.writing() as tx:
        row = articles.edit(tx, Actor(marker()), key, 1, ready, bench.runtime.clock())
        return row.id, row.revision


def secret_medium(bench: Bench) -> UUID:
    said = {"alt": {"en": marker()}, "caption": {"en": marker()}, "credit": marker()}
    return builders.medium(bench.runtime, **said)


ONCE_PUBLIC = ("retracted", "unpublished", "expired")


PICTURED = "pictured"


LIVE = ("live", "live-with-draft", "live-with-schedule", "live-corrected")


def hide(bench: Bench) -> set[str]:
    """Articles in every state; the slugs of all, hidden ones and old ones too."""
    runtime, later = bench.runtime, bench.clock.now + timedelta(days=9)
    carried = ("water", *propose(bench))
    live = {slug: builders.published(runtime, title=slug, slug=slug, tags=carried) for slug in LIVE}
    _draft = drafted(bench, image={"media_id": str(secret_medium(bench))})
    trashed, scheduled, cancelled = (drafted(bench) for _ in range(3))
    # What was public once is told of when it goes: by its id and its old addresses, no more.
    retracted, unpublished, expired = (drafted(bench, slug=slug) for slug in ONCE_PUBLIC)
    shown = builders.medium(runtime, builders.picture("PNG"), alt={"en": "Shown"})
    builders.published(runtime, title=LIVE[0], slug=PICTURED, image={"media_id": shown})
    for key, revision in (retracted, unpublished):
        builders.publish(runtime, (key, revision))
    builders.publish(runtime, scheduled, at=later)
    builders.publish(runtime, cancelled, at=later)
    builders.publish(runtime, expired, until=bench.clock.now + timedelta(minutes=1))
    edited(bench, live["live-with-draft"])
    builders.publish(runtime, edited(bench, live["live-with-schedule"]), at=later)
    bench.clock.move(minutes=2)
    with runtime.publishing() as tx:
        publishing.retract(tx, Actor(marker()), retracted[0], "The source was forged.")
        publishing.unpublish(tx, Actor(marker()), unpublished[0], "The author asked for it.")
        publishing.cancel(tx, builders.EDITOR, cancelled[0])
        correcting.correct(
            tx, Actor(marker()), live["live-corrected"], 1, runtime.site_rules, "A name was wrong."
        )
        aliases.upsert(tx, Actor(marker()), f"/{marker()}", None, "It is gone.")
    hide_in_site(bench, [scheduled[0], retracted[0], cancelled[0]])
    with runtime.database.altering() as connection:
        article = SQLModel.metadata.tables["article"]
        connection.execute(
            sa.update(article).where(article.c.id == trashed[0]).values(trashed_at=bench.clock.now)
        )
        slugs = connection.execute(sa.select(SQLModel.metadata.tables["article_slug"].c.slug))
        known = {slug for (slug,) in slugs}
    with runtime.publishing() as tx:
        for number, slug in enumerate(sorted(known)):
            aliases.upsert(tx, Actor(marker()), f"/was/{number}", slug, None)
    return known


def pictures(bench: Bench) -> tuple[UUID, UUID]:
    """A picture that readers see, and one that they do not."""
    media = SQLModel.metadata.tables["media"].c
    with bench.runtime.database.reading() as tx:
        rows = tx.execute(sa.select(media.id, media.alt)).all()
    [shown] = [row.id for row in rows if row.alt.get("en") == "Shown"]
    [hidden] = [row.id for row in rows if row.id != shown]
    return shown, hidden


def hide_in_site(bench: Bench, hidden: list[UUID]) -> None:
    """The site's record, which names pages, tags and articles that nobody may see."""
    pages = (marker(), marker())
    for slug in pages:
        drafted(bench, kind="page", slug=slug)
    children = [{"page": pages[1]}, {"tag": propose(bench)[0]}]
    fields = {
        "names": {"en": "Plain"},
        "navigation": [
            {"page": pages[0], "children": [{"tag": "water"}]},
            {"url": "https://plain.example/", "labels": {"en": "Plain"}, "children": children},
        ],
        "sections": [*propose(bench), "water"],
        "featured": [str(key) for key in hidden],
    }
    content = SiteInput.model_validate_json(json.dumps(fields))
    with bench.runtime.publishing() as tx:
        site.upsert(tx, content, bench.runtime.site_rules, None)


def hide_people(bench: Bench) -> None:
    """Sponsors, members, events and authors, of whom the first is public and the others are not.
    Hidden ones show a hidden picture."""
    today = bench.clock.now.date()
    shown, secret_picture = pictures(bench)
    with bench.runtime.publishing() as tx:
        for slug, is_public in AUTHORS.items():
            text = "Plain" if is_public else marker()
            author = {
                "slug": slug,
                "name": text,
                "biography": {"en": text, "es": text},
                "portrait": shown if is_public else secret_picture,
                "links": ({"label": text, "url": f"https://{text}.example/"},),
                "always_public": is_public,
            }
            authors.create(tx, Actor(marker()), authors.AuthorRecordInput(**author))
        dates = (
            (None, None),
            (today + timedelta(days=2), None),
            (None, today - timedelta(days=2)),
        )
        for event_id, (first, last) in zip(EVENT_IDS, dates, strict=True):
            text = "Plain" if first is last is None else marker()
            picture = shown if first is last is None else secret_picture
            web = f"https://{text}.example/"
            people.SPONSORS.add(
                tx,
                Actor(marker()),
                people.SponsorInput(
                    name=text,
                    names={"es": text},
                    url=web,
                    logo=web,
                    image=picture,
                    statement=text,
                    statements={"es": text},
                    valid_from=first,
                    valid_to=last,
                ),
            )
            people.MEMBERS.add(
                tx,
                Actor(marker()),
                people.MemberInput(
                    slug=text.lower(),
                    name=text,
                    role={"en": text, "es": text},
                    affiliation=text,
                    biography={"en": text},
                    portrait=picture,
                    links=({"label": text, "url": web},),
                    term_from=first,
                    term_to=last,
                ),
            )
            EVENTS.add(
                tx,
                Actor(marker()),
                EventInput(
                    titles={"en": text},
                    descriptions={"en": text},
                    starts=today,
                    place=text,
                    url=web,
                    announce_at=first and bench.clock.now + timedelta(days=2),
                    withdraw_at=last and bench.clock.now - timedelta(days=2),
                ),
                event_id,
            )
