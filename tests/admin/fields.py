"""Articles with the fields that pages need, as editors send them and readers get them."""

from typing import Any

from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench

ORIGINAL = "https://other.example/a-story"


def detail(bench: Bench, slug: str) -> dict[str, Any]:
    answer = bench.client.get(f"/v1/articles/{slug}?include=jsonld")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


def released(desk: Newsdesk, **over: Any) -> str:
    """A published article: its address at the desk."""
    where = desk.create(**over)
    answer = desk.act(where, "publish")
    assert answer.status_code == 200, answer.text
    return where
