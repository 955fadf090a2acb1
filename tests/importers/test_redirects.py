"""Redirects of an old site: what becomes an old address, and what the report says of others."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import move, write_folder

LINES = """# Addresses of the past
/old/march.html  /posts/march/   301
/older           /old/march.html 302  # by way of another one
https://old.example/whole /posts/march/
/far  https://far.example/there 301!
/posts/april/ /posts/march/
/old/march.html /posts/april/
/blog/* /posts/:splat
/by-id id=:id /posts/march/
/es/* /posts/march/ 302 Language=es
/app/x /index.html 200
/lost /nowhere/
/ https://far.example/
/alone
"""
TABLE = """[build]
command = "x"
[[redirects]]
from = "/from-table"
to = "/posts/april/"
[[redirects]]
from = "/asked"
to = "/posts/april/"
query = {id = ":id"}
"""


def target(bench: Bench, path: str) -> str | None:
    """Where an old address leads: a slug or a whole address."""
    answer = bench.client.get("/v1/resolve", params={"path": path})
    if answer.status_code == 404:
        return None
    data = answer.json()["data"]
    return str(data["location"] if data["kind"] == "elsewhere" else data["slug"])


def test_redirects_of_a_folder_become_old_addresses(bench: Bench, tmp_path: Path) -> None:
    text = "---\ntitle: {}\ndate: 2020-01-01\n---\nSee [it](/older).\n"
    folder = write_folder(
        tmp_path / "site",
        {
            "content/posts/march.md": text.format("March"),
            "content/posts/april.md": text.format("April"),
            "static/_redirects": LINES,
            "netlify.toml": TABLE,
            "public/_redirects": "/built /posts/march/\n",
        },
    )
    report = move(tmp_path, "folder", folder, "--site", "https://old.example")
    assert (report.code, report.counts["redirect"]) == (0, (15, 1))
    kind = "redirect"
    assert {key: count for key, count in report.reasons.items() if key[0] == kind} == {
        (kind, "read as an old address of the text where it leads"): 4,
        (kind, "begins at the address of a text that comes"): 1,
        (kind, "begins where another one does, which counts"): 1,
        (kind, "begins at the front page, which no old address is"): 1,
        (kind, "stands for many addresses; make those that matter by hand, as old addresses"): 1,
        (kind, "has a condition, which no old address has"): 3,
        (kind, "is no redirect; it answers with the status 200"): 1,
        (kind, "leads to a page that is no text which comes"): 1,
        (kind, "says not where it begins or leads"): 1,
    }
    assert report.counts["file of redirects"] == (2, 0)
    for path in ("/old/march.html", "/older", "/whole"):
        assert target(bench, path) == "march", path
    assert target(bench, "/from-table") == "april"
    assert target(bench, "/far") == "https://far.example/there"
    for path in ("/by-id", "/app/x", "/lost", "/built"):
        assert target(bench, path) is None, path
    # A link by way of a redirect leads to the text itself.
    body = bench.client.get("/v1/articles/april").json()["data"]["body_html"]
    assert 'href="/news/march"' in body
    again = move(tmp_path, "folder", folder, "--site", "https://old.example")
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}


def test_redirects_beside_an_export_of_ghost(bench: Bench, tmp_path: Path) -> None:
    export = write_ghost_export(tmp_path / "a.json", [post(1, "march"), post(2, "april")])
    rows = [
        {"from": "^/old\\/march/?$", "to": "/march/", "permanent": True},
        {"from": "/^\\/Other/i", "to": "https://old.example/march/"},
        {"from": "/topic/mining", "to": "/tag/mining/"},
        {"from": "/far", "to": "https://far.example/there"},
        {"from": "^/(.*)/amp/?$", "to": "/$1/"},
        {"from": "/lost", "to": "/tag/none/"},
    ]
    place = tmp_path / "content" / "data" / "redirects.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(rows))
    site = ("--site", "https://old.example")
    report = move(tmp_path, "ghost", export, *site)
    assert (report.code, report.counts["redirect"]) == (0, (6, 2))
    many = "stands for many addresses; make those that matter by hand, as old addresses"
    assert report.reasons["redirect", many] == 1
    assert report.reasons["redirect", "leads to a page that is no text which comes"] == 1
    for path, slug in (
        ("/old/march", "march"),
        ("/Other", "march"),
        ("/topic/mining", "mining"),
        ("/far", "https://far.example/there"),
        ("/lost", None),
    ):
        assert target(bench, path) == slug, path
    again = move(tmp_path, "ghost", export, *site)
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}


def test_redirects_of_ghost_in_yaml_and_broken_ones(bench: Bench, tmp_path: Path) -> None:
    export = write_ghost_export(tmp_path / "a.json", [post(1, "march")])
    beside = tmp_path / "redirects.yaml"
    wrong: tuple[tuple[str, str], ...] = (
        ("301: [", "it cannot be read"),
        ("301: &a {/x: /y}\n302: *a\n", "it uses aliases"),
        ("title: Another file\n", "it holds no redirects of Ghost"),
    )
    for text, reason in wrong:
        beside.write_text(text)
        report = move(tmp_path, "ghost", export, "--dry-run")
        reasons: dict[tuple[str, str], Any] = report.reasons
        assert any(kind == "file of redirects" and reason in why for kind, why in reasons), text
    beside.write_text(
        "301:\n  /old/march/: /march/\n  ^\\/any\\/(.*)$: /$1\n302:\n  /now: /march/\n"
    )
    report = move(tmp_path, "ghost", export)
    assert (report.code, report.counts["redirect"]) == (0, (3, 0))
    assert [target(bench, path) for path in ("/old/march", "/now")] == ["march", "march"]
