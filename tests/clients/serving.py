"""A service on a real port: the sample content, and one of each thing that a reader may meet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID

from app.accounts.keys import SecretKey
from app.editorial import publishing
from app.main import create_app
from app.partners.signing import SigningKeys, signature_headers
from tests import builders
from tests.admin.desk import bearer
from tests.builders import EDITOR
from tests.commands import SAMPLE
from tests.conftest import Bench, bench_in
from tests.served import get_when_up, served

KEYS = SigningKeys(SecretKey(b"k" * 32), UUID(int=7), "salt")
NEXT_KEYS = SigningKeys(SecretKey(b"k" * 32), UUID(int=7), "another salt")

Message = dict[str, Any]
"""A request to a webhook: `headers` and `body`."""


def webhook(
    data: Any,
    topic: str,
    age: timedelta = timedelta(),
    keys: tuple[SigningKeys, ...] = (KEYS,),
) -> Message:
    """A message as the service signs it, so long ago."""
    at = datetime.now(UTC) - age
    body = json.dumps(
        {"type": topic, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False
    )
    return {"headers": signature_headers(keys, "evt_1", at, body), "body": body}


@contextmanager
def sample_service(folder: Path) -> Iterator[dict[str, Any]]:
    """Where it is (`url`), and what a test has to know of it."""
    with bench_in(folder, site_url="https://www.example.org") as bench:
        assert builders.imported(bench.runtime, SAMPLE).refused == []
        known = add_content(bench)
        with served(create_app(bench.runtime)) as url:
            get_when_up(f"{url}/v1/search?q=water")
            _await_index(url)
            yield known | {"url": url, "webhooks": _webhooks(url)}


def add_content(bench: Bench) -> dict[str, Any]:
    """One of each thing that a reader may meet; what a test has to know of them."""
    runtime = bench.runtime
    gone = builders.published(runtime, slug="forged", title="Forged", tags=("mining",))
    with runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, gone, "The source was forged.")
    medium = builders.medium(
        runtime,
        builders.picture(size=(1400, 700)),
        alt={"en": "Red and blue"},
        focal_point={"x": 0.25, "y": 0.5},
    )
    builders.published(
        runtime,
        slug="pictured",
        title="Pictured",
        image={"media_id": medium},
        published_at=runtime.clock(),
    )
    draft, _ = builders.draft(runtime, slug="draft", title="A draft")
    headers = bearer(runtime)
    link = bench.client.post(f"/v1/admin/articles/{draft}/previews", json={}, headers=headers)
    assert link.status_code == 201, link.text
    return {"token": link.json()["data"]["url"].rpartition("/")[2], "gone": str(gone)}


def _await_index(url: str) -> None:
    for _ in range(600):
        answer = get_when_up(f"{url}/v1/search?q=water")
        if answer.status_code == 200 and answer.json()["meta"]["freshness"]["behind_changes"] == 0:
            return
    raise AssertionError("the index was not built")


def _webhooks(url: str) -> dict[str, Any]:
    with urlopen(f"{url}/v1/changes?limit=100", timeout=30) as answer:
        page = json.load(answer)
    with urlopen(f"{url}/v1/changes?limit=100&cursor={page['meta']['cursor']}", timeout=30) as more:
        changes = page["data"] + json.load(more)["data"]
    upsert = next(change for change in changes if change["slug"] == "pictured")
    delete = next(change for change in changes if change["type"] == "delete")
    thin = {name: value for name, value in upsert.items() if name != "item"}
    minutes = timedelta(minutes=1)
    return {
        "secret": KEYS.secret,
        "public": KEYS.public_key,
        "next_secret": NEXT_KEYS.secret,
        "next_public": NEXT_KEYS.public_key,
        "upsert": webhook(upsert, "article.upsert"),
        "delete": webhook(delete, "article.delete"),
        "thin": webhook(thin, "article.upsert"),
        "rotated": webhook(upsert, "article.upsert", keys=(NEXT_KEYS, KEYS)),
        "recent": webhook(upsert, "article.upsert", 4 * minutes),
        "late": webhook(upsert, "article.upsert", 6 * minutes),
        "early": webhook(upsert, "article.upsert", -6 * minutes),
        "verification": webhook({"challenge": "c0ffee"}, "webhook.verification"),
        "test": webhook({"message": "¡Hola!"}, "webhook.test"),
    }
