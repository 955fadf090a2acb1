"""Ghost, in: what comes and what is left, by the command line, then read as readers do."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import willay
from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import SHARED, article, move, write_pictures

SITE = "https://old.example"


def text(words: str, bits: int = 0) -> dict[str, Any]:
    return {"type": "extended-text", "text": words, "format": bits}


CARDS: list[dict[str, Any]] = [
    {"type": "paragraph", "children": [text("Plain "), text("both", 3)]},
    {"type": "image", "src": "__GHOST_URL__/content/images/2023/a.jpg", "caption": "Cap"},
    {"type": "bookmark", "url": "https://far.example/", "metadata": {"title": "Far"}},
    {"type": "callout", "calloutText": "Mind", "calloutEmoji": "!"},
    {"type": "toggle", "heading": "Q", "content": "<p>A</p>"},
    {"type": "embed", "url": "https://youtu.be/abcdefghijk", "html": "<iframe></iframe>"},
    {"type": "markdown", "markdown": "| a |\n|---|\n| cell |"},
    {"type": "html", "html": "<script>x()</script><p>raw</p>"},
    {"type": "file", "src": "__GHOST_URL__/content/files/r.pdf", "fileTitle": "Report"},
    {"type": "codeblock", "code": "x<1", "language": "python"},
    {"type": "product", "productTitle": "Mug", "productDescription": "Holds tea."},
    {"type": "signup", "header": "Join"},
    {"type": "list", "listType": "number", "children": [
        {"type": "listitem", "children": [text("one")]}]},
]  # fmt: skip
MOBILEDOC = {
    "version": "0.3.1",
    "atoms": [["soft-return", "", {}]],
    "cards": [["image", {"src": "/content/images/size/w600/2023/a.jpg"}]],
    "markups": [["a", ["href", "__GHOST_URL__/cards/"]]],
    "sections": [[1, "p", [[0, [0], 1, "a link"], [1, [], 0, 0]]], [10, 0]],
}


def test_a_site_moves_in(bench: Bench, tmp_path: Path) -> None:
    lexical = json.dumps({"root": {"children": CARDS}})
    posts = [
        post(1, "cards", html=None, lexical=lexical, author_id=1, featured=1,
             feature_image="__GHOST_URL__/content/images/2023/a.jpg", custom_excerpt="Shortly."),
        post(2, "old", html="", mobiledoc=json.dumps(MOBILEDOC)),
        post(3, "members", visibility="members"),
        post(4, "walled", html="<p>Free</p><!--members-only--><p>Paid</p>"),
        post(5, "sent", status="sent"),
        post(6, "about", page=1, published_at=1675332000000),
        post(7, "espanol"),
        post(8, "coming", status="scheduled", published_at="2031-01-01T14:00:00.000Z"),
        post(9, "source", html=None, markdown="A *word*."),
    ]  # fmt: skip
    media = write_pictures(tmp_path / "content", "images/2023/a.jpg", "files/r.pdf")
    export = write_ghost_export(tmp_path / "export.json", posts)
    command = ("ghost", export, "--media", media, "--site", SITE)
    assert move(tmp_path, *command, "--dry-run").code == 0
    report = move(tmp_path, *command)
    assert (report.code, report.outcomes["article created"], report.outcomes["media created"]) == (
        0,
        9,
        2,
    )
    assert report.counts["row of members"] == (1, 0)
    assert report.findings["card that only the old site can serve; it is dropped", "signup"] == 1
    assert report.findings["was for members alone; it is a draft", ""] == 2
    again = move(tmp_path, *command)
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}

    shown = bench.client.get("/v1/articles?limit=100").json()["data"]
    assert {each["slug"] for each in shown} == {"cards", "old", "espanol", "source"}
    cards = bench.client.get("/v1/articles/cards").json()["data"]
    body = cards["body_html"]
    for words in ("<em><strong>both</strong></em>", "Cap", ">Far</a>", "Mind", "cell",
                  "raw", ">Report</a>", "x&lt;1", "Holds tea.", "<ol><li>one",
                  "embed/abcdefghijk"):  # fmt: skip
        assert words in body, words
    assert "old.example" not in body
    assert cards["image"]["url"].startswith(("/", "http"))
    old = bench.client.get("/v1/articles/old").json()["data"]["body_html"]
    assert 'href="/news/cards"' in old
    assert "<img" in old
    assert bench.client.get("/v1/articles/espanol").json()["data"]["lang"] == "es"
    assert bench.client.get("/v1/articles/about").json()["data"]["kind"] == "page"
    assert bench.client.get("/v1/resolve?path=/cards/").json()["data"]["slug"] == "cards"
    found = bench.client.get("/v1/authors/ana").json()["data"]
    assert found["name"] == "Ana"
    dump = willay(tmp_path, "export", "jsonl").stdout
    for private in ("@old.example", "$2a$", "Idle"):
        assert private not in dump


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"db": []}', '{"a":' * 300 + "1" + "}" * 300, '{"data": {"posts": 5}}'],
)
def test_what_is_no_export_is_told(bench: Bench, tmp_path: Path, content: str) -> None:
    (tmp_path / "export.json").write_text(content)
    report = move(tmp_path, "ghost", tmp_path / "export.json")
    assert (report.code, report.refusals) == (1, ["not_ghost"])


def test_what_nobody_can_see_is_no_name(bench: Bench, tmp_path: Path) -> None:
    unseen = "\u2800"
    export = write_ghost_export(
        tmp_path / "export.json",
        [post(1, "good"), post(2, "shown", feature_image="https://far.example/a.jpg")],
        tags=[{"id": 1, "name": unseen, "slug": "blank"}],
        posts_tags=[],
        posts_meta=[{"post_id": "p2", "feature_image_alt": unseen}],
        settings=[{"key": "title", "value": unseen}],
    )
    report = move(tmp_path, "ghost", export)
    assert (report.code, report.refusals) == (0, [])
    assert "site created" not in report.outcomes
    (tag,) = bench.client.get("/v1/tags").json()["data"]
    assert tag["name"] == "blank"
    assert article(bench, "shown")["image"]["alt"] == ""  # nobody wrote one


def test_what_no_record_can_hold_is_refused_and_the_rest_comes(
    bench: Bench, tmp_path: Path
) -> None:
    posts = [post(1, "good"), post(2, "bad", html=f"<p>{'x' * 1_000_001}</p>")]
    report = move(tmp_path, "ghost", write_ghost_export(tmp_path / "export.json", posts))
    assert (report.code, report.refusals) == (1, ["invalid_record"])
    (refused,) = report.report["refused"]
    assert refused["message"].startswith("post bad 'Bad': body:")
    assert article(bench, "good")["title"] == "Good"


def test_the_small_export(bench: Bench, tmp_path: Path) -> None:
    export = SHARED / "ghost-small.json"
    if not export.exists():
        pytest.skip("the exports to try are not beside this checkout")
    report = move(tmp_path, "ghost", export, "--site", SITE)
    assert (report.code, report.outcomes["article created"]) == (0, 8)
    assert report.counts["post"] == (7, 7)
    assert "must-never-be-imported" not in willay(tmp_path, "export", "jsonl").stdout
