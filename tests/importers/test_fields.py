"""Single fields of other systems: what is plain text there loses no word here, what is HTML is read
as HTML, and what a record cannot hold is told."""

from pathlib import Path
from typing import Any

import pytest

from app.importers import listing
from app.importers.listing_parser import Story
from app.interchange.report import ImportReport
from tests.commands import willay
from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import article, move, write_folder, write_pictures
from tests.importers.wxr import HEAD, attachment, item, write_export

ODD = "A <b> c & <nick>"


def tag_name(bench: Bench, slug: str) -> Any:
    return bench.client.get(f"/v1/tags/{slug}").json()["data"]["name"]


def test_plain_fields_of_ghost_keep_what_looks_like_an_element(
    bench: Bench, tmp_path: Path
) -> None:
    export = write_ghost_export(
        tmp_path / "export.json",
        [
            post(
                1, "odd", title=ODD, custom_excerpt=ODD, author_id=1, meta_title=ODD,
                feature_image="https://far.example/a.jpg",
            )
        ],
        tags=[{"id": 1, "name": ODD, "slug": "odd", "description": ODD}],
        users=[{"id": 1, "name": ODD, "slug": "ana", "bio": ODD}],
        posts_meta=[{"post_id": "p1", "feature_image_alt": ODD,
                     "feature_image_caption": "<em>Rosa</em> &amp; Ana"}],
        settings=[{"key": "title", "value": ODD}, {"key": "description", "value": ODD}],
    )  # fmt: skip
    assert move(tmp_path, "ghost", export).code == 0
    odd = article(bench, "odd")
    assert (odd["title"], odd["summary"], odd["seo"]["title"]) == (ODD, ODD, ODD)
    assert (odd["image"]["alt"], odd["image"]["caption"]) == (ODD, "Rosa & Ana")
    assert (odd["tags"][0]["name"], odd["authors"][0]["name"]) == (ODD, ODD)
    assert bench.client.get("/v1/tags/odd").json()["data"]["description"] == ODD
    assert bench.client.get("/v1/authors/ana").json()["data"]["biography"] == ODD
    site = bench.client.get("/v1/site").json()["data"]
    assert (site["name"], site["description"]) == (ODD, ODD)


def test_plain_fields_of_a_folder_keep_what_looks_like_an_element(
    bench: Bench, tmp_path: Path
) -> None:
    facts = f"title: {ODD}\nsummary: {ODD}\nseo_title: {ODD}\nseo_description: {ODD}\ntags: [{ODD}]"
    text = f"---\n{facts}\nauthor: {ODD}\n---\nWords.\n"
    assert (
        move(tmp_path, "folder", write_folder(tmp_path / "site", {"posts/odd.md": text})).code == 0
    )
    odd = article(bench, "odd")
    assert (odd["title"], odd["summary"]) == (ODD, ODD)
    assert (odd["seo"]["title"], odd["seo"]["description"]) == (ODD, ODD)
    assert (odd["tags"][0]["name"], odd["authors"][0]["name"]) == (ODD, ODD)


def test_wordpress_writes_html_in_titles_and_names_and_plain_text_elsewhere(
    bench: Bench, tmp_path: Path
) -> None:
    written = "A &lt;b&gt; c &amp; &lt;nick&gt;"
    head = HEAD.replace("Andes Watch", written).replace(">Ana Quispe<", f"><![CDATA[{written}]]><")
    export = write_export(
        tmp_path / "a.xml",
        item(1, title=written, excerpt=written, terms=[("category", "odd", written)],
             meta={"_yoast_wpseo_title": written, "_thumbnail_id": "2"}),
        item(3, title="An <em>old</em> <nick> title"),
        attachment(2, "2019/05/a.jpg", written),
        head=head,
    )  # fmt: skip
    assert move(tmp_path, "wordpress", export).code == 0
    odd = article(bench, "text-1")
    assert (odd["title"], odd["summary"], odd["seo"]["title"]) == (ODD, ODD, ODD)
    assert (odd["tags"][0]["name"], odd["authors"][0]["name"]) == (ODD, ODD)
    assert odd["image"]["alt"] == ODD
    assert bench.client.get("/v1/site").json()["data"]["name"] == ODD
    assert article(bench, "text-3")["title"] == "An old <nick> title"


def test_a_picture_that_no_address_stands_in_for_is_told(bench: Bench, tmp_path: Path) -> None:
    """Without the site's address, a file that did not come leaves a path that no picture can be."""
    content = tmp_path / "content"
    write_pictures(content, "images/b.jpg")
    for name in ("a.jpg", "ana.jpg"):
        (content / "images" / name).write_text("<html>not found</html>")
    export = write_ghost_export(
        tmp_path / "export.json",
        [post(1, "pictured", author_id=1, feature_image="/content/images/a.jpg"),
         post(2, "whole", feature_image="/content/images/b.jpg")],
        users=[{"id": 1, "name": "Ana", "slug": "ana", "profile_image": "/content/images/ana.jpg"}],
    )  # fmt: skip
    report = move(tmp_path, "ghost", export, "--media", content)
    told = [row["message"] for row in report.report["notices"]]
    assert article(bench, "pictured")["image"] is None
    assert sum("picture of the article is left out" in message for message in told) == 1
    assert sum("/content/images/a.jpg" in message for message in told) == 1
    assert sum("The portrait is left out" in message for message in told) == 1
    assert article(bench, "whole")["image"]["url"]


def test_a_refused_listing_names_the_field() -> None:
    story = Story(
        title="\u2800", text="Words.", lines=(1,), date=None, kind="article",
        external_id="1", is_excerpt=False,
    )  # fmt: skip
    record = listing._record(story, None)
    assert isinstance(record, listing.Invalid)
    assert record.message.startswith("title: ")


@pytest.mark.parametrize("command", [("jsonl",), ("listing",)])
def test_counts_that_do_not_balance_are_no_success(
    bench: Bench, tmp_path: Path, command: tuple[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text('{"type":"article","lang":"en","title":"A","body":"x"}\n')
    if command == ("listing",):
        (tmp_path / "a").write_text("• A first item\n\n    31 May 2006\n\n    A summary.\n")
    assert willay(tmp_path, "import", *command, str(tmp_path / "a")).returncode == 0
    monkeypatch.setattr(ImportReport, "is_balanced", False)
    assert willay(tmp_path, "import", *command, str(tmp_path / "a")).returncode == 1
