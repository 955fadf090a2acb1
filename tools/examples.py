"""Writes `app/http/contract/examples.json`: what the service answers over the sample content.

    python -m tools.examples

Each answer is made short, and what differs from store to store is made alike. `tests/contract`
compares the file with a new run.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col
from starlette.testclient import TestClient

from app.accounts.principal import OPERATOR
from app.changes import head
from app.kit.json_text import readable_json
from app.main import create_app
from app.models.publication import Publication
from app.newsletters import issue_records, issues, preparation
from app.newsletters.inputs import IssueChange
from app.runtime import Runtime
from tests.builders import imported
from tests.conftest import store
from tests.search.follow import follow

ROOT: Final = Path(__file__).parents[1]
TARGET: Final = ROOT / "app" / "http" / "contract" / "examples.json"

_LONGEST = 160
_LONGEST_BODY = 400
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EVENT = re.compile(r"evt_[0-9a-f]{24}")
_CURSOR = re.compile(r"(?<=cursor=)[\w-]+")


def addresses(get: Any) -> dict[str, str]:
    """The address to ask for each operation's example."""
    slug = next(it["slug"] for it in get("/v1/articles?limit=20")["data"] if it["translations"])
    return {
        "listArticles": "/v1/articles?limit=1",
        "getArticle": f"/v1/articles/{slug}",
        "getArticleJsonLd": f"/v1/articles/{slug}.jsonld",
        "getArchive": "/v1/archive",
        "search": "/v1/search?q=water&limit=1&facets=tags",
        "suggest": "/v1/search/suggest?q=min",
        "listTags": "/v1/tags",
        "getTag": "/v1/tags/mining",
        "listSponsors": "/v1/sponsors",
        "listCommitteeMembers": "/v1/committee",
        "listEvents": "/v1/events?limit=1",
        "listChanges": "/v1/changes?limit=1",
        "getSite": "/v1/site",
        "getHome": "/v1/home?latest=1&sections=1&per_section=0",
        "listAuthors": "/v1/authors?limit=1",
        "getAuthor": "/v1/authors/peru-support-group",
        "getService": "/v1",
        "resolvePath": f"/v1/resolve?path=/{slug}",
        "getJsonFeed": "/v1/feeds/articles.json?limit=1",
        "getNewsletterTopics": "/v1/newsletters/topics",
        "listNewsletters": "/v1/newsletters?limit=1",
        "getNewsletter": f"/v1/newsletters/{get('/v1/newsletters')['data'][0]['id']}",
        "getOembed": f"/v1/oembed?url=http://127.0.0.1:8000/{slug}",
    }


def examples() -> dict[str, Any]:
    """The examples by operation."""
    with _sample() as client:

        def get(path: str) -> Any:
            answer = client.get(path)
            assert answer.status_code == 200, f"{answer.status_code} for {path}: {answer.text}"
            return answer.json()

        answers = {name: _shortened(get(path)) for name, path in addresses(get).items()}
    alike: dict[str, Any] = json.loads(_alike(json.dumps(answers, ensure_ascii=False)))
    return alike


@contextmanager
def _sample() -> Iterator[TestClient]:
    with (
        tempfile.TemporaryDirectory(prefix="willay-examples-") as folder,
        store(None, Path(folder), serve_worker=False) as (runtime, clock),
    ):
        report = imported(runtime, ROOT / "sample" / "peru.jsonl")
        assert not report.refused, report.refused
        clock.move(seconds=5)
        _send_issue(runtime)
        follow(runtime)
        with TestClient(create_app(runtime, promotes=False), follow_redirects=False) as client:
            yield client


def _send_issue(runtime: Runtime) -> None:
    """Send an issue with one article to nobody."""
    with runtime.database.writing() as tx:
        preparation.prepare_newsletters(tx, runtime.settings, runtime.clock())
    with runtime.publishing() as tx:
        tags = runtime.memory.tags(tx, head(tx))
        rows, _ = issue_records.list_issues(tx, "draft", None, 10)
        draft = next(row for row in rows if (row.rhythm, row.lang) == ("weekly", "en"))
        article_id = tx.execute(_ENGLISH_ARTICLE).scalar_one()
        members = {"articles": [article_id], "introduction": "Dear readers,"}
        change = IssueChange.model_validate(members)
        issue = issues.change_issue(tx, OPERATOR, tags, draft.id, draft.revision, change)
        issues.send_issue(tx, OPERATOR, tags, issue.row.id, issue.row.revision)


_ENGLISH_ARTICLE: Final = (
    sa.select(col(Publication.article_id))
    .where(col(Publication.lang) == "en", col(Publication.kind) == "article")
    .order_by(col(Publication.slug))
    .limit(1)
)


def _shortened(value: Any, name: str = "") -> Any:
    """The answer with the first of each long list and the beginning of each long text."""
    if isinstance(value, dict):
        return {key: _shortened(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_shortened(part, name) for part in value[:1]]
    if isinstance(value, str) and name in ("body_html", "content_html"):
        paragraph = value.partition("</p>")[0] + "</p>"
        return paragraph if len(paragraph) <= _LONGEST_BODY else f"{value[: _LONGEST - 5]}…</p>"
    if isinstance(value, str) and len(value) > _LONGEST and not value.startswith("http"):
        return value[: _LONGEST - 1].rpartition(" ")[0] + "…"
    return value


def _alike(text: str) -> str:
    """The text with identifiers and cursors that are the same in every run."""
    text = _numbered(text, _UUID.findall(text), "01999999-0000-7000-8000-{:012x}")
    text = _numbered(text, _EVENT.findall(text), "evt_{:024x}")
    text = re.sub(r'(?<="cursor": ")[\w-]+', "AQAAAA", text)
    text = re.sub(r"(?<=:\d\d)\.\d{6}Z", "Z", text)  # ticks depend on how an import is cut
    return _CURSOR.sub("AQAAAA", text)


def _numbered(text: str, names: Iterable[str], form: str) -> str:
    numbers = count(1)
    for name in dict.fromkeys(names):
        text = text.replace(name, form.format(next(numbers)))
    return text


def main() -> None:
    """The command."""
    TARGET.write_text(readable_json(examples()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
