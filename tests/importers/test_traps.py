"""Traps that real exports held, one by one: what stands here in place of each."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import Moved, article, move, write_folder, write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export

LONG = "word-" * 33 + "ending"
NAMES = ("jetpack/map", "give/donor", "html")
BLOCK = "<!-- wp:{0} --><p>Of {0}.</p><!-- /wp:{0} -->"


@pytest.fixture
def wordpress(bench: Bench, tmp_path: Path) -> Moved:
    export = write_export(
        tmp_path / "a.xml",
        item(1, slug="dated", gmt="0000-00-00 00:00:00"),
        item(2, slug="", title="Without an address", status="draft", gmt="0000-00-00 00:00:00"),
        item(3, slug="told", meta={"dsq_thread_id": "77", "_thumbnail_id": "50"}),
        item(4, slug="films", body='<iframe src="http://www.youtube.com/embed/abcdefghijk"></iframe>'
             '\n\n<object data="https://old.example/a.swf"><embed src="https://far.example/b.swf">'
             '</object>\n\n[wpvideo xyz12345]\n\n[mod note: none] array[0]'),
        item(5, slug="misread", title="Quote\u009d mark", body="He said â€œnoâ€\u009d, in AÃ±o."),
        item(6, slug=LONG, terms=[("category", "uncategorized", "Uncategorized"),
                                  ("category", "land", "Land")]),
        item(7, slug="blocks", body="".join(map(BLOCK.format, NAMES))),
        item(8, type="wpcf7_contact_form", body="SECRET"), item(9, type="custom_css", body="p {}"),
        item(10, slug="%d0%bd%d0%be", title="Новости"), item(11, slug="shown", body=(
            f'<img src="{UPLOADS}/2019/05/a.jpg"><h1>One</h1><strike>old</strike> <tt>code</tt>')),
        attachment(50, "2019/05/a.jpg"), attachment(51, "2019/05/film.mp4"),
    )  # fmt: skip
    report = move(tmp_path, "wordpress", export, "--timezone", "America/Lima")
    assert report.code == 0, report.report["refused"]
    return report


def test_dates_addresses_and_names_of_wordpress(bench: Bench, wordpress: Moved) -> None:
    # Zero in UTC: the local date, by the clocks of the site's zone, which summer does not change.
    assert article(bench, "dated")["published_at"] == "2019-05-13T02:30:00Z"
    assert article(bench, "told")["published_at"] == "2019-05-13T02:30:00Z"
    assert bench.client.get("/v1/articles/without-an-address").status_code == 404
    (long,) = [
        row for row in bench.client.get("/v1/articles").json()["data"] if "word" in row["slug"]
    ]
    assert len(long["slug"]) <= 120
    assert [tag["slug"] for tag in long["tags"]] == ["land"]
    led = bench.client.get("/v1/resolve", params={"path": f"/2019/05/{LONG}/"}).json()["data"]
    assert led["slug"] == long["slug"]
    assert article(bench, "no")["title"] == "Новости"


def test_bodies_of_wordpress(bench: Bench, wordpress: Moved) -> None:
    films = article(bench, "films")["body_html"]
    for words in ('src="https://www.youtube.com/embed/abcdefghijk"', "videopress.com/v/xyz12345",
                  ".swf", "[mod note: none] array[0]"):  # fmt: skip
        assert words in films, words
    misread = article(bench, "misread")
    assert misread["title"] == "Quote mark"
    assert "“no”, in Año." in misread["body_html"]
    blocks = article(bench, "blocks")["body_html"]
    assert all(f"Of {name}." in blocks for name in NAMES)
    shown = article(bench, "shown")["body_html"]
    for words in ("<h2", "<s>old</s>", "<code>code</code>", "<img"):
        assert words in shown, words
    image = article(bench, "told")["image"]
    assert (image["alt"], UPLOADS in image["url"]) == ("", True)  # nobody wrote one


def test_the_report_of_wordpress_names_each(wordpress: Moved) -> None:
    told = {
        ("custom field that is left", "dsq_thread_id"): 1,
        ("unknown block, its HTML is kept", "jetpack/map"): 1,
        ("unknown block, its HTML is kept", "give/donor"): 1,
        ("misread letters were put right, in lines", ""): 1,
        ("misread letters in the title were put right or left out", ""): 1,
    }
    assert told.items() <= wordpress.findings.items()
    assert wordpress.reasons["wpcf7_contact_form", "the settings of a form"] == 1
    assert wordpress.reasons["custom_css", "the look of the old site"] == 1
    film = "no picture or PDF (.mp4); it stays at its address"
    assert wordpress.reasons["attachment", film] == 1


def test_a_ghost_of_the_first_versions(bench: Bench, tmp_path: Path) -> None:
    """Numbers for ids, an author for each post, relative pictures, Markdown beside HTML."""
    old: dict[str, Any] = {
        "author_id": 3,
        "visibility": None,
        "image": "/content/images/2014/a.jpg",
    }
    body = "<h1>Top</h1><address>Here</address><script>x()</script><p>Words.</p>"
    posts = [
        post(1, "early", id=7, html=body, markdown="Words.", meta_description="Said.", **old),
        post(2, "page-of-old", id=8, page=1, html="<p>x</p>", author_id=3),
        post(3, "idea", id=9, status="draft", published_at=None, markdown="x", html=None),
    ]
    users = [{"id": 3, "name": "Ana", "slug": "ana", "email": "a@old.example"}]
    export = write_ghost_export(
        tmp_path / "old.json", posts, users=users, posts_tags=[{"post_id": 7, "tag_id": 1}]
    )
    export.write_text(export.read_text().replace("5.75.0", "009"))
    report = move(tmp_path, "ghost", export, "--site", "https://old.example")
    assert (report.code, report.outcomes["article created"]) == (0, 3)
    early = article(bench, "early")
    assert (early["authors"][0]["name"], early["tags"][0]["slug"]) == ("Ana", "mining")
    assert early["image"]["url"] == "https://old.example/content/images/2014/a.jpg"
    assert (early["seo"]["description"], early["summary"]) == ("Said.", "")
    assert "<h2" in early["body_html"]
    assert "x()" not in early["body_html"]
    assert article(bench, "page-of-old")["kind"] == "page"
    assert bench.client.get("/v1/articles/idea").status_code == 404
    losses = {row["message"]: row["count"] for row in report.report["markup"]}
    assert losses["not kept in a body"] >= 1  # the script is told


def test_front_matter_of_hugo_and_jekyll(bench: Bench, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "site",
        {
            "content/posts/bare.md": "---\ntitle: Bare\ndate: 2019-05-12\nsubtitle: Below\n---\nx",
            "content/pages/nameless.md": "Only words.\n",
            "_posts/2018-01-02-mapped.html": "---\ntitle: Mapped\n"
            "author: {name: Ana, email: a@old.example}\n---\n<p>Said \u0093so\u0094.</p>\n",
            "_posts/2018-02-30-never.md": "---\ntitle: Never\n---\nx\n",
        },
    )
    report = move(tmp_path, "folder", folder)
    assert (report.code, report.outcomes["article created"]) == (0, 4)
    bare = article(bench, "bare")
    assert (bare["date_precision"], bare["summary"]) == ("day", "Below")
    assert article(bench, "nameless")["kind"] == "page"
    mapped = article(bench, "mapped")
    assert [author["name"] for author in mapped["authors"]] == ["Ana"]
    assert "“so”" in mapped["body_html"]
    assert article(bench, "never")["date_precision"] == "unknown"
    assert ("date that does not exist; the date of the text is unknown", "") in report.findings


def test_words_of_buttons_pages_of_files_and_taxonomies(bench: Bench, tmp_path: Path) -> None:
    """Accordions have headings in buttons, galleries link to the page of a picture, and sites of
    organisations sort their texts by taxonomies of their own."""
    body = (
        '<h3><button type="button"><span>Who we are</span></button></h3><p>Us.</p>'
        '<form><button type="submit">Send it</button></form>'
        '<a href="https://old.example/2019/05/text-1/view/">'
        f'<img src="{UPLOADS}/2019/05/a.jpg"></a>'
        '<a href="/?attachment_id=50">It</a><a href="webcal://old.example/a.ics">Calendar</a>'
    )
    terms = [("country", "peru", "Perú"), ("tag", "mining", "Mining"), ("mood", "calm", "Calm")]
    view = "https://old.example/2019/05/text-1/view/"
    picture = attachment(50, "2019/05/a.jpg").replace("https://old.example/2019/05/text-50/", view)
    odd = "".join(
        attachment(n, f"2019/05/{n}.jpg").replace(f"2019/05/text-{n}/", link)
        for n, link in ((51, ""), (52, "a%E2%80%AEb/"))
    )
    export = write_export(tmp_path / "a.xml", item(1, body=body, terms=terms), picture, odd)
    media = write_pictures(tmp_path / "up", *(f"2019/05/{name}.jpg" for name in ("a", 51, 52)))
    report = move(tmp_path, "wordpress", export, "--media", media, "--taxonomy", "country")
    assert report.code == 0, report.report["refused"]
    assert report.counts["attachment"] == (3, 3)
    shown = article(bench, "text-1")
    assert "Who we are" in shown["body_html"]
    assert "Send it" not in shown["body_html"]
    assert len(re.findall(r'<a href="[^"]*/v1/media/', shown["body_html"])) == 2
    assert [tag["slug"] for tag in shown["tags"]] == ["peru", "mining"]
    reason = "of a plugin; with --taxonomy mood it becomes a tag"
    assert report.reasons["term of mood", reason] == 1
    assert report.findings["link to the page of a file, now to the file itself", ""] == 2
    losses = {row["subject"] for row in report.report["markup"]}
    assert 'href of <a>, href="webcal://old.example/a.ics"' in losses
    for path in ("/2019/05/text-1/view/", "/country/peru/", "/tag/mining/"):
        answer = bench.client.get("/v1/resolve", params={"path": path})
        assert answer.status_code == 200, path


def test_a_language_that_nobody_names_is_told(bench: Bench, tmp_path: Path) -> None:
    """The texts of a Turkish site are not English without a word about it."""
    message = "text that names no language of this site (--lang); it is taken for", "en"
    wordpress = write_export(tmp_path / "a.xml", item(1))
    wordpress.write_text(wordpress.read_text().replace("en-US", "tr"))
    ghost = write_ghost_export(tmp_path / "a.json", [post(1, "march")])
    folder = write_folder(tmp_path / "site", {"posts/a.md": "# A\n\nWords.\n"})
    for source, path in (("wordpress", wordpress), ("ghost", ghost), ("folder", folder)):
        report = move(tmp_path, source, path, "--dry-run")
        assert report.findings[message] == 1, source
        report = move(tmp_path, source, path, "--dry-run", "--lang", "es")
        assert message not in report.findings, source
    write_export(tmp_path / "b.xml", item(1))
    assert message not in move(tmp_path, "wordpress", tmp_path / "b.xml", "--dry-run").findings
