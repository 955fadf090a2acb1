"""Releases over HTTP, as a planner's tool handles them."""

from datetime import timedelta
from typing import Any

from app.kit.clock import rfc3339
from tests.admin.newsdesk import Newsdesk

RELEASES = "/v1/admin/releases"


def key_of(where: str) -> str:
    """The id at the end of an address."""
    return where.rsplit("/", 1)[-1]


def later(desk: Newsdesk, **step: float) -> str:
    """An instant to come."""
    return rfc3339(desk.bench.clock() + timedelta(**step))


def post_release(desk: Newsdesk, begins: str, wheres: list[str], **over: Any) -> Any:
    """Schedule the newest texts of some articles for one instant."""
    items = [{"article": key_of(where)} for where in wheres]
    sent = {"at": begins, "items": items} | over
    return desk.bench.client.post(RELEASES, headers=desk.headers, json=sent)


def released(desk: Newsdesk, at: str, wheres: list[str], **over: Any) -> str:
    """A new release: its address."""
    answer = post_release(desk, at, wheres, **over)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def remove(desk: Newsdesk, where: str, revision: int | None = None) -> Any:
    """Cancel a release."""
    return desk.bench.client.delete(where, headers=desk.matching(where, revision))


def calendar(desk: Newsdesk, query: str = "") -> list[tuple[str, str, str]]:
    """What begins and ends: event, instant and slug."""
    data = desk.get(f"{RELEASES}?limit=100{query}").json()["data"]
    return [(it["event"], it["at"], it["slug"]) for it in data]


def three(desk: Newsdesk) -> list[str]:
    """Three drafts."""
    return [desk.create(slug=slug, title=slug.title()) for slug in ("one", "two", "three")]
