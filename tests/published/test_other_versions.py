"""What another version wrote is read by this one: frozen articles without a later member, and
saved texts with a field that is not known here."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.models.article import Revision
from app.models.publication import Publication
from app.public import articles, images
from app.public.articles import FrozenArticle
from app.worker.indexing import IndexFollower
from tests import builders
from tests.admin.newsdesk import Newsdesk
from tests.commands import willay
from tests.conftest import Bench
from tests.partners import holder

FIRST = {
    *("id", "kind", "slug", "lang", "title", "summary", "published_at", "date_precision"),
    *("updated_at", "authors", "source", "image", "rights", "corrections", "is_excerpt"),
}
PARTS: dict[type[BaseModel], set[str]] = {
    articles.Author: {"name", "slug"},
    articles.Source: {"name", "url"},
    images.FocalPoint: {"x", "y"},
    images.ImageSize: {"width", "url", "type"},
    images.Image: {
        *("url", "alt", "caption", "credit", "width", "height", "colour", "focal_point", "sizes"),
    },
    articles.Rights: {"licence", "credit", "syndicatable"},
    articles.Correction: {"at", "note"},
}


def test_every_later_member_says_what_older_articles_have() -> None:
    """Fails for who adds a member: name it in `LATER`, last of all, or write a migration that
    rewrites what is frozen."""
    members = list(FrozenArticle.model_fields)
    assert set(members) == FIRST | articles.LATER.keys()
    assert members[len(FIRST) :] == list(articles.LATER)
    for name, value in articles.LATER.items():
        from_json(value)
        assert not any(name in part for part in PARTS.values()), "it would be taken for that one"


def test_what_is_frozen_within_a_member_changes_by_a_migration_alone(
    subtests: pytest.Subtests,
) -> None:
    for part, members in PARTS.items():
        with subtests.test(part=part, members=members):
            assert set(part.model_fields) == members


OEMBED = "/v1/oembed?url=http://127.0.0.1:8000/v1/articles/odd"
ODD = 'A "is_excerpt": in a title, \\"is_excerpt\\": and its end\\'


def test_what_was_frozen_before_a_member_existed_is_answered_whole(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setattr(articles, "LATER", {"is_excerpt": "true"})
    runtime, client = quiet.runtime, quiet.client
    builders.published(runtime, title=ODD, slug="odd")
    later = quiet.clock.now + timedelta(hours=1)
    builders.publish(runtime, builders.draft(runtime, title="To come"), at=later)
    with runtime.database.writing() as tx:
        for key, item in tx.execute(sa.select(col(Publication.id), col(Publication.item))).all():
            old = {name: value for name, value in from_json(item).items() if name != "is_excerpt"}
            tx.execute(
                sa.update(Publication)
                .where(col(Publication.id) == key)
                .values(item=to_json(old).decode())
            )
    while IndexFollower(runtime).step():
        pass
    detail = client.get("/v1/articles/odd").json()["data"]
    assert (detail["is_excerpt"], detail["title"]) == (True, ODD)
    for path in (
        *("/v1/articles", "/v1/feeds/articles.json", "/v1/articles/odd.jsonld", "/v1/changes"),
        *("/v1/search?q=title", "/v1/articles?fields=title,is_excerpt", OEMBED),
    ):
        with subtests.test(path=path):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
    for path in (
        *("/v1/feeds/articles.rss", "/v1/feeds/articles.atom", "/sitemaps/news.xml"),
        *("/v1/oai?verb=ListRecords&metadataPrefix=oai_dc", "/sitemap.xml"),
    ):
        with subtests.test(path=path):
            assert client.get(path).status_code == 200
    desk = Newsdesk.of(quiet)
    (listed,) = (one for one in desk.get("/v1/admin/articles").json()["data"] if one["live"])
    where = f"/v1/admin/articles/{listed['id']}"
    link = desk.act(where, "previews").json()["data"]["url"]
    assert client.get(link).status_code == 200
    assert desk.act(where, "correct", note="A name was wrong.").status_code == 200
    done = willay(runtime.settings.data_dir, "export", "jsonl")
    assert done.returncode == 0, done.stderr
    assert ODD in [json.loads(line).get("title") for line in done.stdout.splitlines()]
    headers = holder.shows(holder.key(runtime, embargo_hours=24))
    (ahead,) = client.get("/v1/partner/embargoed", headers=headers).json()["data"]
    assert ahead["is_excerpt"] is True


def test_a_picture_is_taken_out_of_an_article_that_another_version_froze(quiet: Bench) -> None:
    runtime = quiet.runtime
    medium = builders.medium(runtime, alt={"en": "A red half"})
    builders.published(runtime, title="Shown", slug="shown", image={"media_id": medium})
    with runtime.database.writing() as tx:
        item = from_json(tx.execute(sa.select(col(Publication.item))).scalar_one())
        tx.execute(sa.update(Publication).values(item=to_json({**item, "newer": "ñ"}).decode()))
    desk = Newsdesk.of(quiet)
    taken = desk.act(f"/v1/admin/media/{medium}", "takedown", reason="Not ours.")
    assert taken.status_code == 200, taken.text
    with runtime.database.reading() as tx:
        left = from_json(tx.execute(sa.select(col(Publication.item))).scalar_one())
    assert left == {**item, "image": None, "newer": "ñ"}, "it is for the version that knows it"


def test_a_text_with_a_field_that_is_not_known_here_stays_editable(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    rights = {"credit": "Ours"}
    where = desk.create(slug="one", authors=[{"name": "Ana"}], rights=rights)
    with quiet.runtime.database.writing() as tx:
        row = tx.session.scalars(sa.select(Revision)).one()
        kept: dict[str, Any] = dict(row.content)
        kept |= {"venue": "Lima", "rights": {**kept["rights"], "until": 2030}}
        kept["authors"] = [{**author, "role": "poet"} for author in kept["authors"]]
        row.content = kept
        tx.session.add(row)
    data = desk.data(where)
    assert [author["name"] for author in data["authors"]] == ["Ana"]
    assert "venue" not in data
    for below in ("/revisions", "/revisions/1"):
        assert desk.get(where + below).status_code == 200
    link = desk.act(where, "previews")
    assert link.status_code == 201, link.text
    assert desk.patch(where, title="Another").status_code == 200
    assert desk.get(f"{where}/diff?from=1&to=2").status_code == 200
    assert desk.act(where, "duplicate").status_code == 201
    published = desk.act(where, "publish", text_revision=2)
    assert published.status_code == 200, published.text
    public = quiet.client.get("/v1/articles/one").json()["data"]
    assert (public["title"], public["rights"]["credit"]) == ("Another", "Ours")
