"""Tokens for the search server itself: who gets one, what it is bound to, when it ends."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import rfc3339, system_clock
from app.search.meilisearch.documents import STATE
from app.search.protocol import DOCUMENT_KINDS
from tests.conftest import Bench, client_of
from tests.delivery.instant import BASE
from tests.search.double.filters import compiled
from tests.worker.servers import Newsroom, newsroom

PATH = "/v1/search/tokens"


def asked(room: Newsroom, status: int = 201) -> Any:
    # The official client makes no token that has ended by the machine's own clock.
    room.clock.now = system_clock()
    with client_of(room.runtime) as client:
        answer = client.post(PATH)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_token_is_bound_to_our_index_and_to_what_is_findable(tmp_path: Path) -> None:
    public = {"meilisearch_public_url": "https://find.example", "search_token_minutes": 5}
    with newsroom(tmp_path, search_tokens=True, **public) as room:
        given = asked(room)["data"]
        until = room.clock.now.replace(microsecond=0) + timedelta(minutes=5)
        token = given.pop("token")
        assert given == {
            "url": "https://find.example",
            "index": "willay",
            "expires_at": rfc3339(until),
        }
        head, claims, signature = token.split(".")
        assert part(head) == {"typ": "JWT", "alg": "HS256"}
        told = part(claims)
        [key] = [
            one for one in room.double.state.keys.held.values() if one["actions"] == ["search"]
        ]
        assert (told["apiKeyUid"], told["exp"]) == (key["uid"], int(until.timestamp()))
        made = hmac.new(key["key"].encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        assert base64.urlsafe_b64decode(signature + "=") == made
        assert key["indexes"] == ["willay"]
        [(index, rule)] = told["searchRules"].items()
        assert index == "willay"
        finds = compiled(rule["filter"], {"kind": (True, False)}, index)
        assert all(finds({"kind": kind}) for kind in DOCUMENT_KINDS)
        assert not finds({"kind": STATE})
        assert not finds({})


def test_they_are_off_unless_a_setting_says_so(tmp_path: Path, quiet: Bench) -> None:
    with newsroom(tmp_path / "one") as room:
        assert asked(room, 404)["code"] == "search_tokens_off"
    assert quiet.client.post(PATH).json()["code"] == "search_tokens_off"
    assert quiet.client.post(f"{PATH}?index=all").json()["code"] == "unknown_parameter"
    assert quiet.client.get(PATH).status_code == 405


def test_there_is_none_for_a_key_that_we_were_given(tmp_path: Path) -> None:
    with newsroom(tmp_path / "one", search_tokens=True) as room:
        asked(room)
        keys = [one["key"] for one in room.double.state.keys.held.values()]
        for key in keys:
            room.runtime.search.main.get().connection.forget_keys()
            settings = {"search_tokens": True, "meilisearch_url": room.url, "meilisearch_key": key}
            with newsroom(tmp_path / key[:8], **settings) as other:
                assert asked(other, 409)["code"] == "search_key_not_ours"


def test_the_first_token_holds_after_our_keys_were_deleted(tmp_path: Path) -> None:
    with newsroom(tmp_path, search_tokens=True) as room:
        asked(room)
        keys = room.double.state.keys.held
        keys.clear()
        token = asked(room)["data"]["token"]
        assert part(token.split(".")[1])["apiKeyUid"] in keys


@pytest.mark.parametrize("what", ["tokens", "instant"])
def test_a_server_that_is_away(tmp_path: Path, what: str) -> None:
    with newsroom(tmp_path, search_tokens=True, search_fallback=False) as room:
        room.double.faults.away = True
        if what == "tokens":
            refused = asked(room, 503)
            assert refused["code"] == "search_unreachable"
            # Nobody's business: where the server is, and what went wrong with it.
            assert refused["detail"] == "The search server cannot be asked now; try again."
            return
        with client_of(room.runtime) as client:
            answer = client.post(
                f"{BASE}/multi-search", json={"queries": [{"indexUid": "articles"}]}
            )
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {
            "message": "Search cannot answer now; try again.",
            "code": "search_unavailable",
            "type": "internal",
            "link": "urn:willay:problem:search_unavailable",
        }
