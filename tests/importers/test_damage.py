"""Exports that are damaged, packed or no exports at all: whatever can be read comes, the rest is
told so that a person can act."""

import gzip
import json
from pathlib import Path

import pytest

from tests.commands import willay
from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import Moved, article, move
from tests.importers.wxr import HEAD, TAIL, attachment, item, write_export

MENDED = "damages of the XML that were mended, such as characters it forbids"
NOTICE = "<br />\n<b>Notice</b>: Undefined index in <b>/x.php</b><br />\n"
TWO = HEAD + item(1) + item(2) + TAIL
NESTED = "Of inner ]]> marks & others."


def move_text(folder: Path, text: str | bytes, *more: str) -> Moved:
    export = folder / "export.xml"
    export.write_bytes(text if isinstance(text, bytes) else text.encode())
    return move(folder, "wordpress", export, *more)


@pytest.mark.parametrize(
    "text",
    [
        NOTICE + TWO,
        TWO + NOTICE,
        TWO.replace("<wp:post_id>1<", "<guid>https://old.example/?a=1&b=2&nbsp;</guid><wp:post_id>1<"),
        TWO.replace("<title>Andes Watch<", "<title>Andes & Watch<"),
        gzip.compress(TWO.encode()),
    ],
    ids=["before", "after", "ampersand", "head", "gzip"],
)  # fmt: skip
def test_what_stands_around_the_texts_harms_none(
    bench: Bench, tmp_path: Path, text: str | bytes
) -> None:
    report = move_text(tmp_path, text)
    assert (report.code, report.counts["post"]) == (0, (2, 2))
    assert article(bench, "text-1")["title"] == "Text 1"
    assert report.outcomes["site created"] == 1


def test_a_damaged_item_costs_no_other(bench: Bench, tmp_path: Path) -> None:
    items = [item(n, title=f"Text {n} & more") for n in range(1, 5)]
    items[1] = item(2, body=NESTED)
    items[2] = items[2].replace("</content:encoded>", "</content>")
    report = move_text(tmp_path, HEAD + "".join(items) + TAIL)
    assert (report.code, report.refusals) == (1, ["broken_xml"])
    (refusal,) = report.report["refused"]
    assert "3 items are read, but not 'Text 3 & more'" in refusal["message"]
    assert report.counts["post"] == (3, 3)
    assert report.findings[MENDED, ""] == 1
    assert "inner ]]&gt; marks" in article(bench, "text-2")["body_html"]
    assert article(bench, "text-4")["title"] == "Text 4 & more"
    again = move_text(tmp_path, HEAD + "".join(items) + TAIL)
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (HEAD + item(1) + item(2), "broken_xml", "2 items are read, but not what comes after them"),
        (HEAD + item(1) + "<item><title>Cut", "broken_xml", "1 items are read"),
        (HEAD.replace("<channel>", "<other>") + TAIL, "broken_xml", "0 items are read"),
        (HEAD[:-40], "broken_xml", "what stands before the items"),
        ("<!doctype html><title>Log in</title>", "not_wxr", "it is no RSS"),
        ('{"db": []}', "not_wxr", "Choose Tools, Export"),
        ("", "not_wxr", "it is no RSS"),
        (
            "<rss><channel><item><title>A</title><description>B</description></item></channel></rss>",
            "not_wxr",
            "no export of WordPress",
        ),
    ],
    ids=["cut", "cut within", "no channel", "cut before", "page", "JSON", "empty", "feed"],
)
def test_what_cannot_be_read_is_told(
    bench: Bench, tmp_path: Path, text: str, code: str, words: str
) -> None:
    report = move_text(tmp_path, text)
    assert (report.code, report.refusals) == (1, [code])
    assert words in report.report["refused"][0]["message"]
    assert report.outcomes.get("article created", 0) == text.count("</item>") * (code != "not_wxr")


def test_a_packed_file_that_is_cut_or_a_trap_is_refused(bench: Bench, tmp_path: Path) -> None:
    for content, words in (
        (gzip.compress(TWO.encode())[:-20], "is damaged"),
        (gzip.compress(bytes(30_000_000)), "or is a trap"),
    ):
        export = tmp_path / "export.xml.gz"
        export.write_bytes(content)
        done = willay(tmp_path, "import", "wordpress", str(export))
        assert done.returncode != 0
        assert words in done.stderr + done.stdout
        assert not list(tmp_path.glob("temporary-*"))


def test_two_texts_with_one_id_both_come(bench: Bench, tmp_path: Path) -> None:
    """People join the exports of two sites, or two parts of one that overlap."""
    other = item(1, title="Other", slug="other", extra="<guid>https://old.example/?p=901</guid>")
    first = item(1, extra="<guid>https://old.example/?p=1</guid>")
    renamed = item(1, slug="renamed", extra="<guid>https://old.example/?p=1</guid>")
    for _ in range(2):
        report = move_text(tmp_path, HEAD + first + other + first + renamed + TAIL)
        assert report.counts["post"] == (4, 2)
        assert report.reasons["post", "is in the export twice"] == 2
    assert {name.split()[1] for name in report.outcomes} == {"unchanged"}
    assert article(bench, "other")["title"] == "Other"
    path = {"path": "/?p=1"}
    assert bench.client.get("/v1/resolve", params=path).json()["data"]["slug"] == "text-1"


def test_signs_that_turn_the_direction_are_left_out(bench: Bench, tmp_path: Path) -> None:
    texts = (
        item(1, title="\u202bعنوان\u202c", body="<p>\u202eنص</p>",
             terms=[("post_tag", "a", "A\u202e"), ("post_tag", "b", "B")])
        + item(2, title="\u200b\u2060", body="<p>First words.</p>")
    )  # fmt: skip
    report = move_text(tmp_path, HEAD + texts + TAIL)
    assert (report.code, report.outcomes["article created"]) == (0, 2)
    shown = article(bench, "text-1")
    assert (shown["title"], "نص" in shown["body_html"]) == ("عنوان", True)
    assert [tag["slug"] for tag in shown["tags"]] == ["a", "b"]
    assert article(bench, "text-2")["title"] == "First words."
    message = "signs that turn the direction of text are left out"
    assert report.findings[message, ""] == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_export_of_ghost_in_any_encoding_and_frame(
    bench: Bench, tmp_path: Path, encoding: str
) -> None:
    export = write_ghost_export(tmp_path / "a.json", [post(1, "march", title="Año nuevo")])
    content = json.loads(export.read_text())
    framed = {"images": [], "data": content["db"][0]}
    export.write_bytes(json.dumps(framed, ensure_ascii=False).encode(encoding))
    report = move(tmp_path, "ghost", export)
    assert (report.code, report.outcomes["article created"]) == (0, 1)
    assert article(bench, "march")["title"] == "Año nuevo"


def test_addresses_that_are_none_stop_no_import(bench: Bench, tmp_path: Path) -> None:
    """A host in one bracket, where a file, a link or the site itself should be."""
    broken = "https://[old.example"
    files = attachment(9, "2019/05/a.jpg").replace("https://old.example", broken)
    export = write_export(tmp_path / "a.xml", files, item(1, link=f"{broken}/one/"))
    export.write_text(
        export.read_text().replace("<link>https://old.example</link>", f"<link>{broken}</link>")
    )
    moved = move(tmp_path, "wordpress", export, "--fetch-media")
    assert (moved.code, moved.outcomes["article created"]) == (0, 1)
    assert moved.counts["attachment"] == (1, 0)
