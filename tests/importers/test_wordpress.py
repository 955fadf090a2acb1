"""WordPress, in: what comes and what is left, by the command line, then read as readers do."""

from pathlib import Path

import pytest

from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.commands import willay
from tests.conftest import Bench
from tests.importers.moving import SHARED, article, move, write_pictures
from tests.importers.wxr import HEAD, TAIL, UPLOADS, attachment, item, write_export

BLOCKS = f"""<!-- wp:paragraph --><p>A <gnat> block.</p><!-- /wp:paragraph -->
<!-- wp:image {{"id":50}} --><figure>
<img src="{UPLOADS}/2019/05/a-300x200.jpg"
 srcset="{UPLOADS}/2019/05/a-300x200.jpg 300w, {UPLOADS}/2019/05/a.jpg 1600w"/></figure>
<!-- /wp:image -->
<!-- wp:gallery {{"ids":[51]}} --><figure></figure><!-- /wp:gallery -->
<!-- wp:block {{"ref":60}} /--><!-- wp:latest-posts /-->"""
CLASSIC = f"""One line
and its second.

[caption id="attachment_50"]<img src="{UPLOADS}/2019/05/a-150x150.jpg" /> In the square[/caption]

<!--more-->

[gallery]

https://www.youtube.com/watch?v=abcdefghijk

See [sic] <a href="https://old.example/?p=1#top">this</a>, <a href="/2019/05/blocks/">it</a> and
<a href="{UPLOADS}/2019/05/report.pdf">a report</a>. [contact-form-7 id="9"] [x]kept words[/x]

<!--nextpage-->
The end."""
BOMB = '<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>'
COMMENT = (
    "<wp:comment><wp:comment_author_email>reader@reader.example</wp:comment_author_email>"
    "<wp:comment_content>Well said.</wp:comment_content><wp:comment_type></wp:comment_type>"
    "</wp:comment>"
)
ITEMS = (
    item(1, slug="blocks", title="Blocks &amp; more", body=BLOCKS, sticky=1,
         terms=[("category", "mining", "Mining"), ("post_tag", "mining", "Mining"),
                ("category", "uncategorized", "Uncategorized"), ("language", "en", "English"),
                ("post_translations", "pll_1", "pll_1")],
         meta={"_thumbnail_id": "50", "_wp_old_slug": "old-blocks", "rating": "5",
               "_yoast_wpseo_metadesc": "For searchers."}),
    item(2, slug="bloques", title="Bloques",
         terms=[("language", "es", "Español"), ("post_translations", "pll_1", "pll_1")]),
    item(3, slug="classic", body=CLASSIC, extra=COMMENT, terms=[("author", "cap-luis", "Luis")]),
    item(4, slug="", status="draft", gmt="0000-00-00 00:00:00"),
    item(5, status="private"), item(6, password="x"), item(7, status="pending"),
    item(8, status="trash"),
    item(9, status="future", gmt="2031-01-01 14:00:00", local="2031-01-01 09:00:00"),
    item(10, slug="classic", link="https://old.example/2020/01/classic/", title=""),
    item(11, type="page", slug="about", link="https://old.example/about/"),
    item(12, type="page", slug="team", parent=11, link="https://old.example/about/team/"),
    attachment(50, "2019/05/a.jpg", "Thousands", 3), attachment(51, "2019/05/b.jpg", parent=3),
    attachment(52, "2019/05/report.pdf"), attachment(53, "2019/05/film.mp4"),
    attachment(54, "2019/05/lost.jpg"),
    item(60, type="wp_block", body="<!-- wp:html --><p>Said everywhere.</p><!-- /wp:html -->"),
    item(61, type="feedback", title="SECRET", body="SECRET"), item(62, type="nav_menu_item"),
    item(63, type="tribe_events"),
)  # fmt: skip


def test_a_site_moves_in_with_its_media(bench: Bench, tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.xml", *ITEMS)
    media = write_pictures(
        tmp_path / "up", *(f"2019/05/{n}" for n in ("a.jpg", "b.jpg", "report.pdf"))
    )
    command = ("wordpress", export, "--media", media)
    trial = move(tmp_path, *command, "--dry-run")
    assert bench.client.get("/v1/articles").json()["data"] == []
    first = move(tmp_path, *command)
    assert (first.code, first.outcomes, first.findings) == (0, trial.outcomes, trial.findings)
    assert first.outcomes["article created"] == 11
    assert first.outcomes["media created"] == 3
    assert first.counts["post"] == (10, 9)
    assert first.counts["attachment"] == (5, 3)
    assert {kind for kind, _ in first.reasons} >= {
        "feedback",
        "nav_menu_item",
        "tribe_events",
        "comment",
    }
    assert first.findings["unknown shortcode, kept as text", "contact-form-7"] == 1
    assert first.findings["link within the site, now to the new address", ""] == 2
    assert first.findings["block without HTML; its settings are dropped", "latest-posts"] == 1
    again = move(tmp_path, *command)
    assert again.code == 0
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}

    blocks = article(bench, "blocks")
    assert (blocks["title"], blocks["tags"][0]["slug"]) == ("Blocks & more", "mining")
    assert [each["slug"] for each in blocks["translations"]] == ["bloques"]
    assert blocks["image"]["alt"] == "Thousands"
    assert "A &lt;gnat&gt; block." in blocks["body_html"]
    assert "Said everywhere." in blocks["body_html"]
    assert "old.example" not in blocks["body_html"]
    assert blocks["body_html"].count("<img") == 2  # its own, and the one that only `ids` names
    classic = article(bench, "classic")
    assert classic["summary"] == "One line and its second. In the square"
    assert classic["authors"][0]["name"] == "Luis"
    for words in ("One line<br>\nand", "See [sic]", "[contact-form-7", "kept words", "The end."):
        assert words in classic["body_html"]
    assert 'href="/news/blocks#top"' in classic["body_html"]
    assert "youtube-nocookie.com/embed/abcdefghijk" in classic["body_html"]
    assert article(bench, "team")["parent"] == "about"
    assert article(bench, "classic-2")["title"] == "A sentence."

    assert bench.client.get("/v1/site").json()["data"]["name"] == "Andes Watch"
    for path in ("/2019/05/blocks/", "/?p=1", "/2019/05/old-blocks/"):
        assert (
            bench.client.get("/v1/resolve", params={"path": path}).json()["data"]["slug"]
            == "blocks"
        )
    for size in ("a.jpg", "a-300x200.jpg", "a-150x150.jpg"):
        path = f"/wp-content/uploads/2019/05/{size}"
        assert (
            bench.client.get("/v1/resolve", params={"path": path}).json()["data"]["kind"] == "media"
        )


def test_what_was_not_public_is_not_public_here(bench: Bench, tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.xml", *ITEMS)
    move(tmp_path, "wordpress", export)
    shown = bench.client.get("/v1/articles?limit=100").json()["data"]
    slugs = {each["slug"] for each in shown}
    assert slugs == {"blocks", "bloques", "classic", "classic-2"}
    dump = tmp_path / "dump.jsonl"
    willay(tmp_path, "export", "jsonl", "--output", str(dump))
    told = dump.read_text()
    for private in ("SECRET", "ana@old.example", "reader@reader.example", "Well said"):
        assert private not in told


def test_without_media_pictures_stay_and_come_later(bench: Bench, tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.xml", *ITEMS)
    assert move(tmp_path, "wordpress", export).code == 0
    assert f"{UPLOADS}/2019/05/a-300x200.jpg" in article(bench, "blocks")["body_html"]
    media = tmp_path / "up"
    write_pictures(media, "2019/05/b.jpg")
    (media / "2019/05/a.jpg").write_text("<html>not found</html>")
    broken = move(tmp_path, "wordpress", export, "--media", media)
    assert (broken.code, len(broken.refusals)) == (1, 1)
    assert f"{UPLOADS}/2019/05/a" in article(bench, "blocks")["body_html"]
    write_pictures(media, "2019/05/c.jpg", "2019/05/a.jpg")
    whole = move(tmp_path, "wordpress", export, "--media", media)
    assert whole.code == 0
    assert "old.example" not in article(bench, "blocks")["body_html"]


@pytest.mark.parametrize(
    ("head", "tail", "code"),
    [
        (HEAD, "<item><title>cut", "broken_xml"),
        (HEAD.replace("<rss", f"{BOMB}<rss"), TAIL, "unsafe_xml"),
        ("<feed><a>", "</a></feed>", "not_wxr"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_told(
    bench: Bench, tmp_path: Path, head: str, tail: str, code: str
) -> None:
    items = () if code == "not_wxr" else ITEMS[:2]
    export = write_export(tmp_path / "export.xml", *items, head=head, tail=tail)
    report = move(tmp_path, "wordpress", export)
    assert (report.code, report.refusals) == (1, [code])
    texts = 2 if code == "broken_xml" else 0
    assert report.outcomes.get("article created", 0) == texts


def test_odd_bytes_and_an_older_version(bench: Bench, tmp_path: Path) -> None:
    """Controls, letters of Windows-1252, prefixes that nobody declared, two parts of one site."""
    export = write_export(tmp_path / "a.xml", item(1, title="A\x0bB", body="Peña â€œyesâ€\x9d"))
    raw = export.read_bytes().replace("Peña".encode(), b"Pe\xf1a")
    raw = raw.replace(b'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"', b"")
    export.write_bytes(raw.replace(b"export/1.2", b"export/1.0"))
    second = write_export(tmp_path / "b.xml", item(1), item(2, terms=[("category", "x", "X")]))
    report = move(tmp_path, "wordpress", export, second)
    assert (report.code, report.outcomes["article created"]) == (0, 2)
    assert report.reasons["post", "is in the export twice"] == 1
    assert article(bench, "text-1")["title"] == "AB"
    assert "Peña “yes”" in article(bench, "text-1")["body_html"]


def test_circles_and_depths(bench: Bench, tmp_path: Path) -> None:
    category = (
        "<wp:category><wp:category_nicename>{0}</wp:category_nicename>"
        "<wp:category_parent>{1}</wp:category_parent><wp:cat_name>{0}</wp:cat_name></wp:category>"
    )
    head = HEAD + category.format("one", "two") + category.format("two", "one")
    head += "".join(category.format(f"level-{n}", f"level-{n - 1}" if n else "") for n in range(25))
    pages = [item(n, type="page", parent=n - 1 if n > 1 else 0) for n in range(1, 8)]
    circle = [item(20, type="page", parent=21), item(21, type="page", parent=20)]
    export = write_export(tmp_path / "a.xml", *pages, *circle, head=head)
    report = move(tmp_path, "wordpress", export)
    assert (report.code, report.outcomes["article created"]) == (0, 9)
    assert report.outcomes["tag created"] == 27
    assert article(bench, "text-7")["parent"] == "text-3"
    tags = {tag["slug"]: tag["parent"] for tag in bench.client.get("/v1/tags").json()["data"]}
    assert [n for n in range(25) if tags[f"level-{n}"] is None] == [0, 20]
    assert tags["level-24"] == "level-23"


def test_an_editors_change_stays(bench: Bench, tmp_path: Path) -> None:
    """A text that changed there and here is refused, and the others go on."""
    export = write_export(tmp_path / "a.xml", item(1), item(2))
    move(tmp_path, "wordpress", export)
    desk = Newsdesk.of(bench)
    address = f"{ARTICLES}/{article(bench, 'text-1')['id']}"
    assert desk.patch(address, title="Ours").status_code == 200
    assert move(tmp_path, "wordpress", export).outcomes == {"article unchanged": 2}
    write_export(tmp_path / "a.xml", item(1, title="Theirs"), item(2, title="Theirs too"))
    report = move(tmp_path, "wordpress", export)
    assert (report.code, report.refusals) == (1, ["edited_here"])
    assert report.outcomes == {"article updated": 1}
    assert desk.data(address)["title"] == "Ours"
    assert article(bench, "text-2")["title"] == "Theirs too"


def test_translations_of_wpml_are_translations(bench: Bench, tmp_path: Path) -> None:
    """Its exports have custom fields where Polylang has terms; older ones only know of copies."""
    group = {"_wpml_import_translation_group": "77"}
    export = write_export(
        tmp_path / "a.xml",
        item(1, meta={"_wpml_import_language_code": "en", **group}),
        item(2, meta={"_wpml_import_language_code": "es", **group}),
        item(3, link="https://old.example/2019/text-3/"),
        item(4, link="https://old.example/es/2019/text-4/", meta={"_icl_lang_duplicate_of": "3"}),
        item(5, link="https://old.example/?p=5&lang=es"),
    )
    report = move(tmp_path, "wordpress", export)
    assert (report.code, report.outcomes["article created"]) == (0, 5)
    for slug, lang, other in (("text-1", "en", "text-2"), ("text-4", "es", "text-3")):
        text = article(bench, slug)
        assert (text["lang"], [each["slug"] for each in text["translations"]]) == (lang, [other])
    assert [each["slug"] for each in article(bench, "text-3")["translations"]] == ["text-4"]
    assert article(bench, "text-5")["lang"] == "es"
    assert not [message for message, _ in report.findings if "custom field" in message]


def test_the_small_export(bench: Bench, tmp_path: Path) -> None:
    export = SHARED / "wordpress-small.xml"
    if not export.exists():
        pytest.skip("the exports to try are not beside this checkout")
    names = [
        f"2019/05/{name}" for name in ("march.jpg", "no-alt.jpg", "report.pdf", "a.jpg", "b.jpg")
    ]
    report = move(tmp_path, "wordpress", export, "--media", write_pictures(tmp_path / "up", *names))
    assert (report.code, report.refusals) == (0, [])
    assert report.outcomes == {
        "tag created": 4, "alias created": 5, "media created": 5, "article created": 16,
        "site created": 1,
    }  # fmt: skip
    assert report.counts["post"] == (15, 14)
    assert "PERSONAL" not in bench.client.get("/v1/feeds/articles.atom").text
