"""A hub hears of every change, and one that is away or wrong disturbs nobody."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from app.editorial import publishing
from app.runtime import open_runtime
from app.worker.followers import build_followers
from app.worker.websub import WebSubFollower
from tests import builders
from tests.conftest import Bench
from tests.served import in_thread
from tests.stores import settings_of


@dataclass
class Hub:
    address: str = ""
    status: int = 204
    messages: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub that keeps what it is told."""
    kept = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.messages.append(parse_qs(body.decode()))
            self.send_response(kept.status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with in_thread(HTTPServer(("127.0.0.1", 0), Handler)) as kept.address:
        yield kept


def test_it_is_told_once_and_after_every_change(quiet: Bench, hub: Hub) -> None:
    follower = WebSubFollower(quiet.runtime, hub.address, interval=0.0)
    assert [follower.step() for _ in range(3)] == [False] * 3
    base = f"{quiet.runtime.settings.public_url}/v1/feeds/articles"
    assert hub.messages == [
        {
            "hub.mode": ["publish"],
            "hub.url": [
                *(f"{base}.{kind}" for kind in ("atom", "rss", "json")),
                *(
                    f"{base}.{kind}?lang={lang}"
                    for kind in ("atom", "rss", "json")
                    for lang in ("en", "es")
                ),
            ],
        }
    ]
    for url in hub.messages[0]["hub.url"]:
        assert quiet.client.get(url).status_code == 200
    builders.draft(quiet.runtime)
    follower.step()
    assert len(hub.messages) == 1
    builders.published(quiet.runtime)
    follower.step()
    follower.step()
    assert len(hub.messages) == 2
    follower.close()


def tags_told(hub: Hub, number: int) -> list[str]:
    told = (url.partition("?tag=")[2] for url in hub.messages[number]["hub.url"])
    return [slug for slug in told if slug]


def test_it_is_told_of_the_tags_that_a_change_touches(quiet: Bench, hub: Hub) -> None:
    for slug, parent in (("land", None), ("water", "land"), ("river", "water"), ("song", None)):
        builders.tag(quiet.runtime, slug, parent=parent)
    follower = WebSubFollower(quiet.runtime, hub.address, interval=0.0)
    follower.step()
    every = ["land", "river", "song", "water"]
    assert tags_told(hub, 0) == [slug for slug in every for _ in range(3)]
    draft = builders.draft(quiet.runtime, tags=("river",))
    key = builders.publish(quiet.runtime, draft)
    follower.step()
    assert tags_told(hub, 1) == [slug for slug in ("land", "river", "water") for _ in range(3)]
    for url in hub.messages[1]["hub.url"]:
        answer = quiet.client.get(url)
        assert answer.status_code == 200
        links = answer.headers["Link"]
        assert f'<{url}>; rel="self"' in links  # what subscribers know it by
    with quiet.runtime.publishing() as tx:  # who has it hears of its end
        publishing.retract(tx, builders.EDITOR, key, "Forged.")
    follower.step()
    assert tags_told(hub, 2) == tags_told(hub, 1)
    builders.published(quiet.runtime)
    follower.step()
    assert tags_told(hub, 3) == []
    follower.close()


def test_many_feeds_are_told_by_the_hundred_and_none_is_forgotten(quiet: Bench, hub: Hub) -> None:
    for number in range(70):
        builders.tag(quiet.runtime, f"tag-{number:02}")
    follower = WebSubFollower(quiet.runtime, hub.address, interval=0.0)
    follower.step()
    hub.status = 503
    follower.step()
    hub.status = 204
    follower._not_before = 0.0
    for _ in range(5):
        follower.step()
    said = [len(one["hub.url"]) for one in hub.messages]
    assert said == [100, 100, 100, 19]
    assert hub.messages[1] == hub.messages[2]  # which failed
    told = {url for one in hub.messages for url in one["hub.url"]}
    assert len(told) == 9 + 3 * 70
    follower.close()


@pytest.mark.parametrize("status", [500, 404, 302])
def test_one_that_refuses_is_asked_again_later(
    quiet: Bench, hub: Hub, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    hub.status = status
    follower = WebSubFollower(quiet.runtime, hub.address, interval=0.02)
    follower.step()
    follower.step()
    assert len(hub.messages) == 1
    assert "the hub was not told" in caplog.text
    hub.status = 204
    deadline = time.monotonic() + 60
    while len(hub.messages) < 2 and time.monotonic() < deadline:
        follower.step()
    assert len(hub.messages) == 2
    follower.close()


def test_one_that_is_away_costs_no_error(quiet: Bench) -> None:
    follower = WebSubFollower(quiet.runtime, "http://127.0.0.1:1")
    began = time.monotonic()
    assert [follower.step() for _ in range(100)] == [False] * 100
    assert time.monotonic() - began < 10
    follower.close()


def test_it_follows_only_where_a_hub_is_named(tmp_path: Path) -> None:
    def names(**over: str) -> list[str]:
        with open_runtime(settings_of(tmp_path, **over), check_schema=False) as runtime:
            found = build_followers(runtime)
            for one in found:
                one.close()
            return [one.name for one in found]

    usual = [
        "heartbeat",
        "search (embedded)",
        "sweeping",
        "interrupted imports",
        "imports",
        "webhooks",
        "letters",
        "newsletters",
    ]
    assert names() == usual
    assert names(websub_hub="https://hub.example/") == [*usual, "websub"]
