"""Datasette over the same articles: one statement of SQL, answered as JSON.

It runs from an environment of its own, into which pip installs it; where that cannot be, the
columns stay empty and a line says so.
"""

import sqlite3
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.servers import Server, serve

VERSION = "0.65.5"

_TABLES = """
CREATE TABLE article (
  id TEXT PRIMARY KEY, slug TEXT UNIQUE, published_at TEXT, item TEXT, body_html TEXT);
INSERT INTO article
  SELECT article_id, slug, published_at, item, body_html
  FROM store.publication JOIN store.publication_body ON publication_id = id
  WHERE kind = 'article' AND visible_from <= datetime('now') AND visible_until > datetime('now');
CREATE INDEX article_newest ON article (published_at DESC, id DESC);
CREATE TABLE article_tag (tag TEXT, published_at TEXT, article TEXT);
INSERT INTO article_tag
  SELECT tag.slug, article.published_at, article.id
  FROM article JOIN store.publication_tag AS its_tag
    ON its_tag.article_id = article.id AND its_tag.visible_until > datetime('now')
    AND its_tag.visible_from <= datetime('now')
  JOIN store.tag AS tag ON tag.id = its_tag.tag_id;
CREATE INDEX article_tag_newest ON article_tag (tag, published_at DESC, article DESC);
CREATE VIRTUAL TABLE words USING fts5 (
  id UNINDEXED, title, summary, body, tokenize = 'porter unicode61');
INSERT INTO words
  SELECT id, json_extract(item, '$.title'), json_extract(item, '$.summary'), body_html FROM article;
"""

_NEWEST = "SELECT item FROM article ORDER BY published_at DESC, id DESC LIMIT 21"
_STATEMENTS = {
    "list": _NEWEST,
    "page 200": f"{_NEWEST} OFFSET 3980",
    "one by slug": "SELECT item, body_html FROM article WHERE slug = :slug",
    "tag": "SELECT item FROM article_tag JOIN article ON id = article WHERE tag = :tag"
    " ORDER BY article_tag.published_at DESC, article DESC LIMIT 21",
    "search": "SELECT item, snippet(words, 3, '<mark>', '</mark>', '…', 35) AS passage"
    " FROM words JOIN article USING (id) WHERE words MATCH :words ORDER BY rank LIMIT 20",
}


@contextmanager
def datasette(folder: Path) -> Iterator[Server | None]:
    """A server over a copy of the store in a folder; None where it cannot be installed."""
    copy, home = folder / "peer.db", folder / "datasette"
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("ATTACH ? AS store", (f"{folder / 'willay.db'}",))
        connection.executescript(_TABLES)
        connection.commit()
    venv.create(home, with_pip=True)
    install = [str(home / "bin" / "pip"), "install", "--quiet", f"datasette=={VERSION}"]
    if subprocess.run(install, check=False).returncode != 0:  # noqa: S603  # our own command
        sys.stderr.write("Datasette cannot be installed here: its columns stay empty\n")
        yield None
        return
    command = [str(home / "bin" / "datasette"), "serve", "--immutable", str(copy)]
    with serve([*command, "--host", "127.0.0.1"], "--port", quiet=True) as server:
        yield server


def address(case: str, values: dict[str, str]) -> str | None:
    """The path that asks Datasette for a case; None for what it has no like of."""
    statement = _STATEMENTS.get(case)
    if statement is None:
        return None
    return f"/peer.json?{urlencode({'sql': statement, '_shape': 'array', **values})}"
