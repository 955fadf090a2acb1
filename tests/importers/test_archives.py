"""ZIP archives of exports and uploads: read like folders, and refused when they are traps."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from tests.commands import willay
from tests.conftest import Bench
from tests.importers.ghost_export import post, write_ghost_export
from tests.importers.moving import article, move, write_folder, write_pictures
from tests.importers.wxr import UPLOADS, attachment, item, write_export


def zipped(archive: Path, folder: Path, above: str = "") -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                target.write(path, f"{above}{path.relative_to(folder)}")
    return archive


def test_a_site_comes_as_archives(bench: Bench, tmp_path: Path) -> None:
    """Ghost with its content, uploads of WordPress beside its parts, a folder of texts."""
    ghost = tmp_path / "ghost"
    write_pictures(ghost / "content", "images/a.jpg")
    picture = "__GHOST_URL__/content/images/a.jpg"
    (ghost / "themes").mkdir()
    (ghost / "themes/package.json").write_text("{}")
    write_ghost_export(ghost / "site.json", [post(1, "pictured", feature_image=picture)])
    report = move(tmp_path, "ghost", zipped(tmp_path / "backup.zip", ghost, "backup/"))
    assert (report.code, report.outcomes["media created"]) == (0, 1)
    assert article(bench, "pictured")["image"]["url"]

    parts, uploads = tmp_path / "parts", write_pictures(tmp_path / "up", "2019/05/b.jpg")
    parts.mkdir()
    body = f'<img src="{UPLOADS}/2019/05/b.jpg">'
    write_export(parts / "1.xml", item(1, body=body), attachment(2, "2019/05/b.jpg"))
    write_export(parts / "2.xml", item(3))
    (parts / "__MACOSX").mkdir()
    (parts / "__MACOSX/1.xml").write_text("no export")
    export = zipped(tmp_path / "parts.zip", parts)
    command = ("wordpress", export, "--media", zipped(tmp_path / "up.zip", uploads))
    report = move(tmp_path, *command)
    assert (report.code, report.outcomes["article created"]) == (0, 2)
    assert "/v1/media/" in article(bench, "text-1")["body_html"]

    texts = write_folder(tmp_path / "texts", {"posts/a.md": "# One\n\nText.\n"})
    archive = zipped(tmp_path / "site.zip", texts)
    assert move(tmp_path, "folder", archive).outcomes == {"article created": 1}
    for again in (("folder", archive), command):
        assert {name.split()[1] for name in move(tmp_path, *again).outcomes} == {"unchanged"}
    assert list(tmp_path.glob("temporary-*")) == []


def test_records_packed_by_gzip_come(bench: Bench, tmp_path: Path) -> None:
    record = {"type": "article", "lang": "en", "title": "A march", "slug": "march"}
    packed = tmp_path / "archive.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(record).encode()))
    assert move(tmp_path, "jsonl", packed).outcomes == {"article created": 1}
    assert article(bench, "march")["title"] == "A march"
    packed.write_bytes(packed.read_bytes()[:-9])
    result = willay(tmp_path, "import", "jsonl", str(packed))
    assert (result.returncode, "is damaged" in result.stderr) == (1, True)


def write_trap(archive: Path, kind: str) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("posts/a.md", "# One")
        match kind:
            case "slip":
                target.writestr("../../slipped.md", "# Out")
            case "root":
                target.writestr("/slipped.md", "# Out")
            case "windows":
                target.writestr("..\\slipped.md", "# Out")
            case "link":
                link = zipfile.ZipInfo("posts/link.md")
                link.external_attr = 0o120777 << 16
                target.writestr(link, "/etc/hostname")
            case "bomb":
                target.writestr("posts/b.md", bytes(60_000_000))
            case "twice":
                with pytest.warns(UserWarning, match="Duplicate name"):
                    target.writestr("posts/a.md", "# Two")
            case _:
                target.writestr("posts/c.md", "# Cut")
    if kind == "cut":
        content = bytearray(archive.read_bytes())
        content[41:44] = b"\xff\xff\xff"  # of the first text, behind its header
        archive.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("slip", "unsafe_archive"),
        ("root", "unsafe_archive"),
        ("windows", "unsafe_archive"),
        ("link", "unsafe_archive"),
        ("bomb", "archive_too_large"),
        ("twice", "unsafe_archive"),
        ("cut", "broken_archive"),
    ],
)
def test_an_archive_that_is_a_trap_is_refused_whole(
    bench: Bench, tmp_path: Path, kind: str, code: str
) -> None:
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    write_trap(inside / "site.zip", kind)
    result = willay(tmp_path, "import", "folder", str(inside / "site.zip"))
    assert (result.returncode, code in result.stderr) == (1, True), result.stderr
    assert list(tmp_path.rglob("slipped*")) == []
    assert list(tmp_path.glob("temporary-*")) == []
    assert json.loads(willay(tmp_path, "import", "batches", "--json").stdout) == []


def test_what_is_no_archive_is_a_misuse(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no archive")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "a.txt").write_text("no export")
    archive = str(zipped(tmp_path / "empty.zip", empty))
    plain = str(tmp_path / "a.txt")
    assert willay(tmp_path, "import", "folder", plain).returncode == 2
    assert willay(tmp_path, "import", "ghost", archive).returncode == 1
    assert willay(tmp_path, "import", "ghost", archive, "--media", plain).returncode != 0


def test_the_folder_of_a_killed_import_goes_with_the_next(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "temporary-abandoned" / "site").mkdir(parents=True)
    texts = write_folder(tmp_path / "texts", {"posts/a.md": "# One\n\nText.\n"})
    move(tmp_path, "folder", zipped(tmp_path / "site.zip", texts))
    assert list(tmp_path.glob("temporary-*")) == []
