"""What is scheduled is seen by the right key alone, on its own routes alone: every GET, every key.

The markers are those of an article that is scheduled inside the window, of one beyond it, of a
draft and of a cancelled schedule. Keys are good, or lack something each in its own way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from app.editorial import publishing
from tests import builders
from tests.admin.desk import bearer
from tests.conftest import Bench
from tests.contract.canaries import LIVE, hide, marker
from tests.contract.questions import requests
from tests.partners import holder

OWN = "/v1/partner/embargoed"


@dataclass
class Secrets:
    """What must not be told, and the article that the right key may be told of."""

    article: UUID
    inside: set[str]
    never: set[str]


def _content(bench: Bench, hours: float | None, words: set[str]) -> UUID:
    """An article whose texts are markers; scheduled, or a draft."""
    texts = {name: marker() for name in ("slug", "title", "summary", "body")}
    words |= set(texts.values())
    key = builders.draft(bench.runtime, **texts)
    if hours is not None:
        builders.publish(bench.runtime, key, at=bench.clock.now + timedelta(hours=hours))
    words.add(str(key[0]))
    return key[0]


@pytest.fixture
def secrets(quiet: Bench) -> Secrets:
    inside: set[str] = set()
    never: set[str] = set()
    builders.published(quiet.runtime, title="Live", slug="live")
    article = _content(quiet, 5, inside)
    _content(quiet, 200, never)
    _content(quiet, None, never)
    cancelled = _content(quiet, 4, never)
    with quiet.runtime.publishing() as tx:
        publishing.cancel(tx, builders.EDITOR, cancelled)
    return Secrets(article, inside, never)


def wrong_keys(bench: Bench) -> Iterator[tuple[str, dict[str, str]]]:
    """Everything that may not, with what it lacks."""
    runtime = bench.runtime
    granted = holder.organisation(runtime, embargo_hours=24)
    yield "no key", {}
    yield "an editor's token", bearer(runtime)
    yield "scope", holder.shows(holder.key_of(runtime, granted, "content:read", "usage:read"))
    yield "grant", holder.shows(holder.key(runtime))
    yield "window", holder.shows(holder.key(runtime, embargo_hours=4))
    soon = bench.clock.now + timedelta(seconds=1)
    yield "life", holder.shows(holder.key_of(runtime, granted, expires_at=soon))
    revoked = holder.key_of(runtime, granted)
    holder.revoke(runtime, granted, revoked)
    yield "goodness", holder.shows(revoked)
    suspended = holder.organisation(runtime, embargo_hours=24)
    yield "freedom", holder.shows(holder.key_of(runtime, suspended))
    holder.suspend(runtime, suspended)


def addresses(bench: Bench, secrets: Secrets) -> list[str]:
    """Every GET of the contract, with the article's own id and slug wherever they fit."""
    slug = min(word for word in secrets.inside if word.startswith("kanari"))
    found = [
        address.replace("01900000-0000-7000-8000-000000000000", str(secrets.article))
        for address in requests(
            bench.client.contract.schema, {slug, "live"}, {str(secrets.article)}
        )
        if not address.startswith("/v1/admin")
    ]
    return list(dict.fromkeys(found))


def told(bench: Bench, address: str, headers: dict[str, str], words: set[str]) -> set[str]:
    """Which words an answer tells that its address did not."""
    answer = bench.client.get(address, headers=headers)
    text = answer.text + str(sorted(answer.headers.items()))
    return {word for word in words if word in text and word not in address}


def test_no_other_key_sees_it_anywhere(quiet: Bench, secrets: Secrets) -> None:
    keys = list(wrong_keys(quiet))
    quiet.clock.move(seconds=2)
    asked = [path for path in addresses(quiet, secrets) if "?" not in path or OWN in path]
    assert f"{OWN}/{secrets.article}" in asked
    assert len(asked) > 60
    for lacks, headers in keys:
        for address in asked:
            found = told(quiet, address, headers, secrets.inside | secrets.never)
            assert not found, (lacks, address)


def test_the_right_key_sees_it_on_its_own_routes_alone(quiet: Bench, secrets: Secrets) -> None:
    headers = holder.shows(holder.key(quiet.runtime, embargo_hours=24, rate_per_minute=100_000))
    seen = set()
    for address in addresses(quiet, secrets):
        assert not told(quiet, address, headers, secrets.never), address
        if found := told(quiet, address, headers, secrets.inside):
            assert address.startswith(OWN), address
            seen |= found
    assert seen == secrets.inside


def test_the_states_that_the_other_canary_hides_stay_hidden(quiet: Bench) -> None:
    """Drafts, trash, what ended: of all of them only what is scheduled inside the window shows."""
    builders.tag(quiet.runtime, "water")
    hide(quiet)
    headers = holder.shows(holder.key(quiet.runtime, embargo_hours=24 * 8))
    assert quiet.client.get(OWN, headers=headers).json()["data"] == []
    wide = holder.shows(holder.key(quiet.runtime, embargo_hours=24 * 10))
    found = quiet.client.get(OWN, headers=wide).json()["data"]
    assert sorted(item["is_update"] for item in found) == [False, True]
    assert not {item["slug"] for item in found} & set(LIVE)
