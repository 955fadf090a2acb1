"""An archive as a folder: readable by generators, written again only where it changed, and back."""

import json
from pathlib import Path
from typing import Any

from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.commands import willay
from tests.conftest import Bench, bench_in
from tests.importers.moving import article, move, write_pictures

PICTURE = {"file": "a.jpg", "alt": {"en": "A square."}}
RECORDS: list[dict[str, Any]] = [
    {"type": "tag", "slug": "mining", "names": {"en": "Mining"}},
    {"type": "media", "name": "a", **PICTURE},
    {"type": "article", "lang": "en", "slug": "one", "title": "One: a story", "tags": ["mining"],
     "body": "# Head\n\n![Up](media:a) and *words*.", "image": {"url": "media:a", "alt": "A"},
     "published_at": "2019-05-12T00:00:00Z", "date_precision": "day", "summary": "Short.",
     "authors": [{"name": "Ana"}], "paths": ["/old/one"], "draft": {
         "lang": "en", "slug": "one", "title": "One, newer", "body": "Not yet."}},
    {"type": "article", "lang": "es", "slug": "uno", "title": "Uno", "body": "<p>Sí.</p>",
     "body_format": "html", "translations": [{"lang": "en", "slug": "one"}]},
    {"type": "article", "lang": "en", "slug": "secret", "title": "Secret", "status": "draft"},
    {"type": "article", "kind": "page", "lang": "en", "slug": "about", "title": "About",
     "body": "A < B\n\nand more", "body_format": "text", "position": 2},
]  # fmt: skip


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_folder_goes_out_and_comes_back(bench: Bench, tmp_path: Path) -> None:
    write_pictures(tmp_path, "a.jpg")
    lines = "\n".join(json.dumps(record) for record in RECORDS)
    (tmp_path / "all.jsonl").write_text(lines)
    assert willay(tmp_path, "import", "jsonl", str(tmp_path / "all.jsonl")).returncode == 0
    out = tmp_path / "out"
    first = willay(tmp_path, "export", "folder", str(out), "--json")
    assert json.loads(first.stdout) == {"written": 7, "unchanged": 0, "removed": 0}
    names = files(out)
    assert {"content/posts/one.en.md", "content/posts/uno.es.html", "content/pages/about.en.html",
            "drafts/secret.en.md", "drafts/newer-1/one.en.md"} <= names  # fmt: skip
    (medium,) = [name for name in names if name.startswith("static/media/")]
    text = (out / "content/posts/one.en.md").read_text()
    assert f"![Up](/{medium.removeprefix('static/')})" in text
    assert "date: '2019-05-12'" in text or "date: 2019-05-12" in text
    again = willay(tmp_path, "export", "folder", str(out), "--json")
    assert json.loads(again.stdout) == {"written": 0, "unchanged": 7, "removed": 0}

    address = f"{ARTICLES}/{article(bench, 'uno')['id']}"
    assert Newsdesk.of(bench).patch(address, slug="dos", title="Dos").is_success
    (out / "mine.txt").write_text("Mine.")
    moved = willay(tmp_path, "export", "folder", str(out), "--json")
    assert json.loads(moved.stdout)["written"] >= 1
    assert (out / "mine.txt").exists()
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    (stranger / "x").write_text("")
    refused = willay(tmp_path, "export", "folder", str(stranger))
    assert (refused.returncode, "folder_in_use" in refused.stderr) == (1, True)

    with bench_in(tmp_path / "second") as second:
        report = move(tmp_path / "second", "folder", out)
        assert report.code == 0, report.report["refused"]
        one, before = article(second, "one"), article(bench, "one")
        for field in ("title", "summary", "published_at", "date_precision", "lang", "kind"):
            assert one[field] == before[field], field
        assert one["body_html"].count("<img") == 1
        assert [tag["slug"] for tag in one["tags"]] == ["mining"]
        about = article(second, "about")
        assert (about["kind"], about["body_html"]) == ("page", "<p>A &lt; B</p>\n<p>and more</p>")
        assert second.client.get("/v1/articles/secret").status_code == 404
        found = second.client.get("/v1/resolve?path=/old/one").json()["data"]
        assert found["slug"] == "one"
