"""A site that is asked on Meilisearch's wire, on either engine, and what tests ask of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.editorial.people import SPONSORS, SponsorInput
from app.runtime import Runtime
from app.worker.indexing import IndexFollower
from tests import builders, stores
from tests.builders import EDITOR
from tests.conftest import client_of, store
from tests.contract.client import ContractClient
from tests.worker.servers import newsroom, on_real_server

BASE = "/v1/search/instant"

ARTICLES: tuple[tuple[str, str, str, tuple[str, ...], int], ...] = (
    ("lake", "A lake in Cajamarca", "en", ("water",), 2015),
    ("laguna", "La laguna y la minería", "es", ("water", "mining"), 2016),
    ("law", '<b>Mining</b> & "law"', "en", ("mining",), 2018),
    ("vote", "Elections called", "en", (), 2018),
    ("nino", "El niño y la niña", "es", ("land",), 2021),
)


@dataclass
class Site:
    """Five articles, a standing page, a sponsor; three tags, one below another."""

    runtime: Runtime
    client: ContractClient
    follow: Callable[[], None]

    def ask(self, what: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = self.client.post(f"{BASE}/{what}", json=body)
        assert answer.status_code == status, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    def search(self, **body: Any) -> Any:
        return self.ask("indexes/articles/search", body)

    def slugs(self, **body: Any) -> list[str]:
        return [hit["slug"] for hit in self.search(**body)["hits"]]

    def refused(self, **body: Any) -> str:
        code: str = self.ask("indexes/articles/search", body, 400)["code"]
        return code


def fill(runtime: Runtime) -> None:
    builders.tag(runtime, "land", names={"en": "Land", "es": "Tierra"})
    builders.tag(runtime, "water", parent="land", names={"en": "Water", "es": "Agua"})
    builders.tag(runtime, "mining", names={"en": 'Mines "open"', "es": "Minería"})
    for slug, title, lang, tags, year in ARTICLES:
        builders.published(
            runtime,
            title=title,
            slug=slug,
            lang=lang,
            tags=tags,
            summary=f"Summary of {slug}.",
            body=f"Once upon a time there was a text about {slug}.",
            authors=({"name": "Ana Pérez"},) if lang == "es" else (),
            rights={"syndicatable": slug != "vote"},
            published_at=datetime(year, 5, 1, 12, tzinfo=UTC),
        )
    builders.published(
        runtime,
        kind="page",
        title="Aims",
        slug="aims",
        published_at=datetime(2001, 1, 1, tzinfo=UTC),
    )
    with runtime.publishing() as tx:
        SPONSORS.add(tx, EDITOR, SponsorInput(name="The Lake Trust"))


def caught_up(runtime: Runtime) -> None:
    """Let every engine follow to the end."""
    runtime.promote()
    for held in filter(None, (runtime.search.main, runtime.search.standby)):
        follower = IndexFollower(runtime, held)
        while follower.step():
            pass


@contextmanager
def site_of(runtime: Runtime) -> Iterator[Site]:
    with client_of(runtime) as client:
        fill(runtime)
        caught_up(runtime)
        yield Site(runtime, client, lambda: caught_up(runtime))


@contextmanager
def embedded(folder: Path) -> Iterator[Site]:
    with store(None, folder, serve_worker=False) as (runtime, _), site_of(runtime) as site:
        yield site


@contextmanager
def on_a_server(folder: Path) -> Iterator[Site]:
    with newsroom(folder, search_fallback=False) as room, site_of(room.runtime) as site:
        yield site


@contextmanager
def on_both(folder: Path) -> Iterator[Site]:
    with newsroom(folder) as room, site_of(room.runtime) as site:
        yield site


@contextmanager
def on_a_real_server(folder: Path) -> Iterator[Site]:
    """Skips aloud when there is none."""
    with on_real_server(folder) as room, site_of(room.runtime) as site:
        yield site


@contextmanager
def on_a_real_server_alone(folder: Path) -> Iterator[Site]:
    """Skips aloud when there is none."""
    with on_real_server(folder, search_fallback=False) as room, site_of(room.runtime) as site:
        yield site


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Site]]] = {
    "embedded": embedded,
    "server": on_a_server,
    "both": on_both,
    "real server": on_a_real_server,
    "real server alone": on_a_real_server_alone,
}
if stores.ON_POSTGRES:
    # As they are deployed together; an engine by itself asks nothing of the other store.
    del ENGINES["embedded"], ENGINES["server"]
