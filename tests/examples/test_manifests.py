"""What is taken from npm is named exactly, and nothing that npm made is kept."""

import re

from tests.node import ASTRO, EXAMPLE, ROOT, optional, wanted


def test_versions_are_exact() -> None:
    versions = wanted() | optional()
    named = {"@meilisearch/instant-meilisearch", "instantsearch.js", "feedsmith", "astro"}
    assert named <= set(versions)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values()), versions
    # What npm calls the latest is older than this line.
    assert versions["@meilisearch/instant-meilisearch"].startswith("0.31.")


def test_nothing_that_npm_made_is_kept() -> None:
    for folder in (ASTRO, EXAMPLE, ROOT / "tests"):
        assert not list(folder.glob("*lock*.json"))
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"node_modules/", "dist/"} <= set(ignored)


def test_the_page_writes_no_html() -> None:
    program = (EXAMPLE / "search.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", program)
    assert "dangerously" not in program
