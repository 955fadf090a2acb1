"""Letters that nobody sees and addresses with a password in them do not come in."""

from pathlib import Path
from typing import Any

import pytest

from tests.admin.desk import bearer, problem
from tests.builders import imported
from tests.conftest import Bench

ARTICLE = {"lang": "en", "title": "T"}
EVIL = "https://user:pw@evil.example/"
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("articles", {**ARTICLE, "title": "invoice\u202efdp.exe"}),
    ("articles", {**ARTICLE, "title": "\u2066\u2069"}),
    ("articles", {**ARTICLE, "title": "\u200b\u200d", "slug": "x"}),
    ("articles", {**ARTICLE, "body": "a\u202eb"}),
    ("articles", {**ARTICLE, "summary": "a\u202db"}),
    ("articles", {**ARTICLE, "authors": [{"name": "\u3164", "slug": "x"}]}),
    ("articles", {**ARTICLE, "source": {"name": "S", "url": EVIL}}),
    ("articles", {**ARTICLE, "source": {"name": "S", "url": "https://user@evil.example/"}}),
    ("articles", {**ARTICLE, "image": {"url": EVIL, "alt": "A"}}),
    ("articles", {**ARTICLE, "rights": {"licence": EVIL}}),
    ("tags", {"slug": "t", "names": {"en": "a\u2067b"}}),
    ("sponsors", {"name": "S", "kind": "sponsor", "url": EVIL}),
    ("sponsors", {"name": "S", "kind": "sponsor", "logo": EVIL}),
    ("sponsors", {"name": "\u200b", "kind": "sponsor"}),
    ("committee", {"name": "M\u202e"}),
    ("users", {"email": "a@example.org", "role": "writer", "name": "Ana\u202e"}),
    ("tokens", {"name": "\u200b", "scopes": ["*"]}),
]


@pytest.mark.parametrize(("where", "sent"), REFUSED)
def test_it_is_refused(quiet: Bench, where: str, sent: dict[str, Any]) -> None:
    headers = bearer(quiet.runtime)
    answer = quiet.client.post(f"/v1/admin/{where}", headers=headers, json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["message"]


def test_an_import_says_which(quiet: Bench, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"type": "article", "lang": "en", "title": "a\\u202eb"}')
    (refused,) = imported(quiet.runtime, file).refused
    assert "U+202E at place 2" in refused.message


def test_a_working_copy_is_saved_so_many_times(
    quiet: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(quiet.runtime)
    made = quiet.client.post("/v1/admin/articles", headers=headers, json=ARTICLE)
    monkeypatch.setattr("app.editorial.articles.SAVED_AT_MOST", 2)
    for number, expected in ((1, 200), (2, 409)):
        answer = quiet.client.patch(
            made.headers["location"],
            headers={**headers, "If-Match": f'"{number}"'},
            json={"title": f"T{number}"},
        )
        assert answer.status_code == expected
    assert problem(answer) == (409, "too_many_revisions")
