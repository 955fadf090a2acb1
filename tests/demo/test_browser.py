"""The demo in a real browser, over the sample and articles that mean harm.

Where npm's packages or Chromium are absent it is skipped, and says so. `WILLAY_SCREENSHOTS` names
a folder for pictures of the pages; otherwise they go with the test's own folder.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.editorial import previews, publishing
from app.main import create_app
from tests import builders, node
from tests.commands import SAMPLE
from tests.conftest import store
from tests.served import served

pytestmark = pytest.mark.timeout(540)  # npm may have to install first
HARM = '<script>window.harmed = 1</script><img src="x" onerror="window.harmed = 1">'
BODY = f'{HARM}<p onclick="window.harmed = 1">Text <a href="javascript:window.harmed = 1">x</a></p>'
BUDGET = {"home": 3, "moved": 3}
FAILS = {"gone": "410 /v1/resolve", "lost": "404 /v1/articles/no-such-page"}
ADDRESSES = {"moved": "/demo/news/monterrico-settles-with-piura-farmers"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the browser saw, once for all tests."""
    program = [node.node(), str(Path(__file__).with_name("drive.mjs")), str(node.modules())]
    program.append(node.chromium())
    pictures = os.environ.get("WILLAY_SCREENSHOTS") or str(tmp_path_factory.mktemp("pictures"))
    with store(None, tmp_path_factory.mktemp("store"), demo=True) as (runtime, _):
        assert builders.imported(runtime, SAMPLE).refused == []
        builders.published(
            runtime, title=HARM, summary=HARM, body=BODY, body_format="html", slug="harm"
        )
        image = {"media_id": builders.medium(runtime, alt={"en": "Two colours"})}
        builders.published(runtime, title="Pictured", slug="pictured", image=image)
        doomed = builders.published(runtime, title="Soon retracted", slug="soon-retracted")
        key, revision = builders.draft(runtime, title="A draft")
        with runtime.database.writing() as tx:
            token = previews.create(
                tx, builders.EDITOR, key, revision, timedelta(days=1), runtime.clock()
            ).secret
        with served(create_app(runtime)) as address:
            words = [*program, f"{address}/demo/", pictures, token]
            with subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as driven:
                assert driven.stdin
                assert driven.stdout
                assert driven.stderr
                if driven.stdout.readline() != "open\n":
                    raise AssertionError(driven.stderr.read()[-3_000:])
                with runtime.publishing() as tx:
                    publishing.retract(tx, builders.EDITOR, doomed, "It was wrong.")
                said, failed = driven.communicate("retracted\n", timeout=60)
                assert driven.returncode == 0, failed[-3_000:]
                yield json.loads(said)


def test_every_page_is_whole_at_both_widths(
    told: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for key, page in told["pages"].items():
        name = key.split()[0]
        with subtests.test(page=key):
            expected = [FAILS[name]] if name in FAILS else []
            assert page["failed"] == expected
            assert len(page["troubles"]) == len(expected)  # the browser's own word of the answer
            assert page["wide"] <= 0
            assert page["axe"] == []
            assert page["harm"] == 0
            assert page["h1"]
            assert page["blank"] == 0
            assert 0 < page["top"] < 220, "the header leaves room for the page"
            assert page["title"].endswith("Peru Support Group")
            assert page["lang"] == ("es" if name.endswith("_es") else "en")


def test_every_page_keeps_to_its_budget(told: dict[str, Any], subtests: pytest.Subtests) -> None:
    """The first page of a visit asks for the site's record and for one thing more. The home page
    also asks who founded it, an old address where it leads."""
    for key, page in told["pages"].items():
        name = key.split()[0].removesuffix("_es")
        with subtests.test(page=key):
            assert len(page["asked"]) <= BUDGET.get(name, 2)
    assert told["visit"] == ["/v1/articles"]


def test_pages_show_what_they_are_for(told: dict[str, Any]) -> None:
    pages = told["pages"]
    assert pages["month 1280"]["h1"] == "December 2022"
    assert pages["tag 1280"]["h1"] == "Human rights"
    assert pages["article_es 1280"]["h1"] == "La Oroya gana en San José"
    assert pages["preview 1280"]["h1"] == "A draft"
    assert pages["gone 1280"]["h1"] == "This is no longer here"
    assert pages["hostile 1280"]["h1"] == HARM
    assert pages["moved 1280"]["address"] == ADDRESSES["moved"]
    assert pages["pictured 1280"]["pictures"] == pages["pictured 320"]["pictures"] == 1
    head = pages["article 1280"]["head"]
    assert {"description", "canonical", "alternate", "application/ld+json"} <= set(head)


def test_the_keyboard_reaches_search_and_an_article(told: dict[str, Any]) -> None:
    keyboard = told["keyboard"]
    assert keyboard["skip"] == "skip"
    assert keyboard["said"].endswith(("result", "results"))
    assert keyboard["article"].startswith("/demo/news/")
    assert keyboard["back"] == "?q=Ventanilla"


def test_the_language_changes_on_the_same_page(told: dict[str, Any]) -> None:
    assert told["switched"] == "/demo/es/news/petroleo-en-las-playas-de-ventanilla"


def test_without_javascript_it_leads_to_the_feed_and_the_data(told: dict[str, Any]) -> None:
    assert "needs JavaScript" in told["plain"]["text"]
    assert told["plain"]["links"] == ["/v1/feeds/articles.rss", "/v1"]


def test_a_retracted_text_is_gone_after_a_reload(told: dict[str, Any]) -> None:
    assert told["before"] == "Soon retracted"
    assert "no longer here" in told["after"]["text"]
    assert "retracted it" in told["after"]["text"]
    assert "Soon retracted" not in told["after"]["text"]
    assert told["after"]["took"] < 2_000
