"""The commands of the guide for moving in, in its order, on files that were invented for them."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.commands import ROOT, willay
from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import write_folder, write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export

GUIDE = (ROOT / "docs" / "moving-in.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))
TEXTS: dict[str, str | bytes] = {
    "content/posts/march.md": "---\ntitle: A march\ndate: 2019-05-12\n---\n![Up](pic.jpg)\n",
    "content/about/_index.md": "---\ntitle: About\n---\nUs.\n",
}


def commands_of(section: str) -> list[list[str]]:
    lines = re.findall(r"^    willay (.+)$", SECTIONS[section], re.MULTILINE)
    return [shlex.split(line) for line in lines]


def write_wordpress(folder: Path) -> None:
    write_pictures(folder / "uploads", "2019/05/a.jpg")
    shown = f'Words.\n\n<img src="{UPLOADS}/2019/05/a.jpg">'
    write_export(folder / "site.xml", item(1, body=shown), attachment(2, "2019/05/a.jpg"))


def write_ghost(folder: Path) -> None:
    write_pictures(folder / "content", "images/b.jpg")
    picture = "__GHOST_URL__/content/images/b.jpg"
    write_ghost_export(folder / "site.json", [post(1, "ghostly", feature_image=picture)])


def write_site(folder: Path) -> None:
    write_folder(folder / "site", TEXTS)
    write_pictures(folder / "site", "content/posts/pic.jpg")


WALK = (
    ("From WordPress", write_wordpress, 2),
    ("From Ghost", write_ghost, 2),
    ("From a folder of Markdown", write_site, 2),
    ("Taking it back", None, 2),
    ("Moving out again", None, 2),
)


def test_the_guide_is_walked(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = 0
    for section, write, number in WALK:
        folder = tmp_path / section
        folder.mkdir()
        monkeypatch.chdir(folder)
        if write is not None:
            write(folder)
        commands = commands_of(section)
        assert len(commands) == number, section
        for command in commands:
            if "undo" in command:
                listed = json.loads(willay(tmp_path, "import", "batches", "--json").stdout)
                command[-1] = listed[0]["id"]
            done = willay(tmp_path, *command)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            walked += 1
        if section == "Moving out again":
            back = willay(tmp_path, "import", "folder", "site")
            assert back.returncode == 0, back.stdout
    everything = len(re.findall(r"^    willay ", GUIDE, re.MULTILINE))
    assert walked == everything


def test_the_report_in_the_guide_is_one_that_is_printed(bench: Bench, tmp_path: Path) -> None:
    """Its sentences are those of the program."""
    items = [item(n, status="trash" if n == 9 else "publish") for n in range(1, 16)]
    items[2] = item(3, body='[contact-form-7 id="9"] <a href="/2019/05/text-1/">this</a>')
    export = write_export(tmp_path / "site.xml", *items)
    said = willay(tmp_path, "import", "wordpress", str(export)).stdout
    for words in (
        "post: 15 in the source, 14 passed on.",
        "  left, in the trash (post 9): 1",
        "1 × unknown shortcode, kept as text: contact-form-7 (post 3)",
        "link within the site, now to the new address: (post 3)",
        "To take it back: willay import undo",
    ):
        assert words in said, said
        assert words in SECTIONS["Reading the report"]
