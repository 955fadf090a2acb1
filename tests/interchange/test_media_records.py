"""Media with their files: known again by name, refused whole, the same after a round trip."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.admin.media_views import to_medium
from app.editorial import media, media_list, people, takedown
from app.editorial.media import MediaChange
from app.editorial.media_list import MediaFilter
from app.editorial.people import SponsorInput
from app.interchange import batch_import, jsonl_reader
from app.kit.ids import uuid7
from tests import builders
from tests.admin.desk import bearer
from tests.builders import BY, EDITOR, picture
from tests.conftest import Bench
from tests.interchange.lines import exported, outcomes
from tests.interchange.media_records import MEDIUM, brought, imported, refusals
from tests.media.png import png

ARTICLE = {"type": "article", "lang": "en", "title": "A title", "slug": "one", "body": "Text."}


def article(bench: Bench, slug: str = "one") -> Any:
    return bench.client.get(f"/v1/articles/{slug}").json()["data"]


def listed_media(bench: Bench) -> list[dict[str, Any]]:
    with bench.runtime.database.reading() as tx:
        media = media_list.list_media(tx, MediaFilter(), bench.clock.now, limit=100)
    return [to_medium(medium).model_dump(mode="json") for medium in media]


def test_an_article_shows_the_media_that_it_names(quiet: Bench, tmp_path: Path) -> None:
    document = {
        "type": "media",
        "external_source": "old site",
        "external_id": "?p=7",
        "file": "pictures/report.pdf",
        "file_name": "Report 2019.pdf",
    }
    body = (
        "![](media:march)\n\n[Report](media:old%20site/%3Fp%3D7) ![small](media:march#320.jpg) "
        "`media:nothing` and (media:coverage)."
    )
    picture_said = {"url": "media:march", "credit": "Ana"}
    records = (MEDIUM, document, {**ARTICLE, "image": picture_said, "body": body})
    assert brought(quiet, tmp_path, *records, dry_run=True).refused == []
    assert listed_media(quiet) == []
    assert list(quiet.runtime.storage.list_objects()) == []
    report = brought(quiet, tmp_path, *records)
    assert report.outcomes == {"media created": 2, "article created": 1}, report.as_text()
    said = article(quiet)
    key = said["image"]["url"].split("/")[-2]
    assert (said["image"]["alt"], said["image"]["credit"]) == ("A march", "Ana")
    assert said["image"]["width"] == 400
    paths = [f"/v1/media/{key}/400.jpg", f"/v1/media/{key}/320.jpg"]
    assert all(f'src="http://127.0.0.1:8000{path}"' in said["body_html"] for path in paths)
    assert "media:nothing" in said["body_html"]
    assert "(media:coverage)" in said["body_html"]
    assert [quiet.client.get(path).status_code for path in paths] == [200, 200]
    (file,) = [m for m in listed_media(quiet) if m["kind"] == "document"]
    assert file["name"] == "Report 2019.pdf"
    assert f'href="http://127.0.0.1:8000{file["files"][0]["path"]}"' in said["body_html"]
    again = brought(quiet, tmp_path, *records)
    assert outcomes(again.outcomes) == {"unchanged": 3}
    assert again.notices == []
    assert quiet.client.get("/v1/articles/one").json()["data"] == said


def test_a_sponsor_s_logo_is_one_of_them(quiet: Bench, tmp_path: Path) -> None:
    sponsor = {"type": "sponsor", "name": "Somebody", "logo": "media:march"}
    assert brought(quiet, tmp_path, MEDIUM, sponsor).refused == []
    logo = quiet.client.get("/v1/sponsors").json()["data"][0]["logo"]
    assert logo.startswith("http://127.0.0.1:8000/v1/media/")
    assert quiet.client.get(logo).status_code == 200
    assert outcomes(brought(quiet, tmp_path, MEDIUM, sponsor).outcomes) == {"unchanged": 2}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file": "../march.jpg"}, "file_outside"),
        ({"file": "pictures/../../march.jpg"}, "file_outside"),
        ({"file": "/etc/passwd"}, "file_outside"),
        ({"file": "..\\march.jpg"}, "file_outside"),
        ({"file": "file:///etc/passwd"}, "file_outside"),
        ({"file": "pictures/link-out.jpg"}, "file_outside"),
        ({"file": "folder-out/march.jpg"}, "file_outside"),
        ({"file": "pictures/absent.jpg"}, "file_missing"),
        ({"file": "pictures/dangling.jpg"}, "file_missing"),
        ({"file": "pictures/loop.jpg"}, "file_unreadable"),
        ({"file": "pictures/march.jpg/x"}, "file_unreadable"),
        ({"file": "p" * 400}, "file_unreadable"),
        ({"file": "pictures"}, "not_a_file"),
        ({"file": "pictures/pipe.jpg"}, "not_a_file"),
        ({"file": "pictures/huge.jpg"}, "media_too_large"),
        ({"file": "pictures/page.jpg"}, "unsupported_media"),
        ({"file": "pictures/empty.jpg"}, "unsupported_media"),
        ({"file": "pictures/cut.jpg"}, "broken_media"),
        ({"file": "pictures/bomb.png"}, "too_many_pixels"),
        ({"file": "a\u0000b"}, "invalid_record"),
        ({"file": "a\u200eb", "name": "a b"}, "invalid_record"),
        ({"name": "/etc"}, "invalid_record"),
        ({"name": "a" * 601}, "invalid_record"),
        ({"name": None}, "invalid_record"),
        ({"name": None, "external_id": "7"}, "invalid_record"),
        ({"file": None}, "invalid_record"),
        ({"address": "https://example.org/a.jpg"}, "invalid_record"),
        ({"file": None, "address": "ftp://example.org/a.jpg"}, "invalid_record"),
        ({"alt": "A march"}, "invalid_record"),
        ({"alt": {"fr": "Une marche"}}, "unknown_language"),
        ({"focal_point": {"x": 2, "y": 0}}, "invalid_record"),
        ({"former_paths": ["/"]}, "invalid_record"),
        ({"renditions": [{"name": "400.jpg", "file": "pictures/march.jpg"}]}, "invalid_record"),
        ({"surprise": 1}, "invalid_record"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_line(
    quiet: Bench, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    folder = tmp_path / "in"
    (folder / "pictures").mkdir(parents=True)
    (tmp_path / "march.jpg").write_bytes(picture())
    pictures = folder / "pictures"
    (folder / "folder-out").symlink_to(tmp_path)
    (pictures / "link-out.jpg").symlink_to(tmp_path / "march.jpg")
    (pictures / "dangling.jpg").symlink_to(folder / "nowhere.jpg")
    (pictures / "loop.jpg").symlink_to(pictures / "loop.jpg")
    os.mkfifo(pictures / "pipe.jpg")
    with (pictures / "huge.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(100_000_000)
    (pictures / "page.jpg").write_text("<html>")
    (pictures / "empty.jpg").write_bytes(b"")
    (pictures / "cut.jpg").write_bytes(picture()[:200])
    (pictures / "bomb.png").write_bytes(png(60_000, 60_000))
    record = {name: value for name, value in {**MEDIUM, **change}.items() if value is not None}
    good = {**MEDIUM, "name": "good"}
    report = brought(quiet, folder, record, {**ARTICLE, "image": {"url": "media:march"}}, good)
    assert refusals(report)[0] == (1, code), report.as_text()
    assert [refusal.file for refusal in report.refused] == ["records.jsonl"] * 2
    assert refusals(report)[1] == (2, "unknown_media")
    assert report.outcomes == {"media created": 1}
    assert str(tmp_path) not in report.as_text()


def test_a_link_that_stays_within_is_a_file(quiet: Bench, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "alias.jpg").symlink_to("march.jpg")
    report = brought(quiet, tmp_path, {**MEDIUM, "file": "pictures/alias.jpg"})
    assert report.outcomes == {"media created": 1}, report.as_text()


def test_one_name_means_one_file(quiet: Bench, tmp_path: Path) -> None:
    other = picture("PNG", left="green")
    (tmp_path / "other.png").write_bytes(other)
    changed = {**MEDIUM, "file": "other.png"}
    assert refusals(brought(quiet, tmp_path, MEDIUM, changed)) == [(2, "file_changed")]
    assert refusals(brought(quiet, tmp_path, changed)) == [(1, "file_changed")]
    assert len(listed_media(quiet)) == 1
    twice = brought(quiet, tmp_path, MEDIUM, MEDIUM)
    assert twice.outcomes == {"media unchanged": 2}


def test_the_same_bytes_under_two_names_are_one_medium(quiet: Bench, tmp_path: Path) -> None:
    second = {**MEDIUM, "name": "walk", "alt": {"en": "A walk", "es": "Una marcha"}}
    shown = {**ARTICLE, "image": {"url": "media:walk"}}
    assert brought(quiet, tmp_path, MEDIUM, second, shown, dry_run=True).refused == []
    report = brought(quiet, tmp_path, MEDIUM, second, shown)
    assert report.outcomes == {"media created": 1, "media updated": 1, "article created": 1}
    assert [notice.line for notice in report.notices] == [2, 2, 2]
    (medium,) = listed_media(quiet)
    assert medium["alt"] == {"en": "A march", "es": "Una marcha"}
    assert article(quiet)["image"]["alt"] == "A march"
    again = brought(quiet, tmp_path, MEDIUM, second, shown)
    assert outcomes(again.outcomes) == {"unchanged": 3}


def test_texts_that_changed_enter_and_those_of_editors_stay(quiet: Bench, tmp_path: Path) -> None:
    assert brought(quiet, tmp_path, {**MEDIUM, "alt": None}).refused == []
    report = brought(quiet, tmp_path, {**MEDIUM, "caption": {"en": "In Puno."}})
    assert report.outcomes == {"media updated": 1}
    (medium,) = listed_media(quiet)
    assert (medium["alt"], medium["caption"]) == ({"en": "A march"}, {"en": "In Puno."})
    change = MediaChange.model_validate({"alt": {"en": "Our own words"}})
    with quiet.runtime.database.writing() as tx:
        media.describe(tx, BY, UUID(medium["id"]), 2, change, quiet.clock())
    same = brought(quiet, tmp_path, {**MEDIUM, "caption": {"en": "In Puno."}})
    assert same.outcomes == {"media unchanged": 1}
    before = listed_media(quiet)
    assert refusals(brought(quiet, tmp_path, {**MEDIUM, "credit": "Ana"})) == [(1, "edited_here")]
    assert listed_media(quiet) == before


def test_a_picture_may_wait_for_its_alt_text_and_editors_find_it(
    bench: Bench, tmp_path: Path
) -> None:
    shown = {**ARTICLE, "image": {"url": "media:march"}}
    told = {**shown, "slug": "told", "image": {"url": "media:march", "alt": "A walk"}}
    assert brought(bench, tmp_path, {**MEDIUM, "alt": None}, shown, told).refused == []
    assert article(bench)["image"]["alt"] == ""
    admin = bearer(bench.runtime)
    answer = bench.client.get("/v1/admin/articles?missing=alt&count=true", headers=admin)
    assert [item["slug"] for item in answer.json()["data"]] == ["one"]
    assert answer.json()["meta"]["total"] == 1


def test_a_former_address_leads_to_the_file_while_it_is_shown(quiet: Bench, tmp_path: Path) -> None:
    address = "https://old.example/wp-content/uploads/2019/march.jpg"
    path = {"path": "/wp-content/uploads/2019/march.jpg"}
    record = {**MEDIUM, "former_paths": [address]}
    assert brought(quiet, tmp_path, record).refused == []
    assert quiet.client.get("/v1/resolve", params=path).status_code == 404
    until = quiet.clock() + timedelta(days=1)
    shown = {**ARTICLE, "image": {"url": "media:march"}, "visible_until": until.isoformat()}
    assert brought(quiet, tmp_path, record, shown).refused == []
    found = quiet.client.get("/v1/resolve", params=path).json()["data"]
    assert (found["status"], found["kind"], found["slug"]) == (301, "media", None)
    assert found["url"].endswith(f"/v1/media/{found['id']}/400.jpg")
    assert quiet.client.get(found["url"]).status_code == 200
    card = {"url": f"http://127.0.0.1:8000{path['path']}"}
    assert quiet.client.get("/v1/oembed", params=card).status_code == 404
    # A path that comes later is told of, so that no answer that is kept stays wrong.
    assert quiet.client.get("/v1/resolve?path=/march.jpg").status_code == 404
    more = {**record, "former_paths": [address, "/march.jpg"]}
    assert brought(quiet, tmp_path, more).outcomes == {"media updated": 1}
    assert quiet.client.get("/v1/resolve?path=/march.jpg").json()["data"]["status"] == 301
    (tmp_path / "b.png").write_bytes(picture("PNG"))
    taken = {**MEDIUM, "name": "b", "file": "b.png", "former_paths": ["/march.jpg"]}
    assert refusals(brought(quiet, tmp_path, taken)) == [(1, "path_taken")]
    quiet.clock.move(days=2)
    assert quiet.client.get("/v1/resolve", params=path).status_code == 410


def test_what_was_taken_down_does_not_come_back(quiet: Bench, tmp_path: Path) -> None:
    record = {**MEDIUM, "former_paths": ["/old.jpg"]}
    shown = {**ARTICLE, "image": {"url": "media:march"}, "body": "![](media:march)"}
    assert brought(quiet, tmp_path, record, shown).refused == []
    key = UUID(listed_media(quiet)[0]["id"])
    with quiet.runtime.publishing() as tx:
        takedown.take_down(tx, BY, key, None, "Asked.")
    codes = refusals(brought(quiet, tmp_path, record, {**record, "name": "again"}))
    assert codes == [(1, "media_taken_down"), (2, "media_taken_down")]
    assert quiet.client.get("/v1/resolve?path=/old.jpg").status_code == 410
    records = exported(quiet.runtime, tmp_path / "dump.jsonl", media="files")
    assert [record["type"] for record in records] == ["article"]
    assert "image" not in records[0]
    with quiet.runtime.database.writing() as tx:
        media.delete(tx, BY, key, 2, quiet.clock())
    assert refusals(brought(quiet, tmp_path, record)) == [(1, "media_taken_down")]
    assert quiet.client.get("/v1/resolve?path=/old.jpg").status_code == 404


def a_library(bench: Bench, folder: Path) -> None:
    """Imported media, a medium that an editor sent, and all the ways to show them."""
    large = picture("PNG", (2500, 900))
    key = builders.medium(bench.runtime, large, alt={"en": "Ours"}, focal_point={"x": 0.5, "y": 1})
    body = f"![](/v1/media/{key}/640.webp) [r](media:7/r) ![](media:march)"
    assert (
        brought(
            bench,
            folder,
            {**MEDIUM, "former_paths": ["/b.jpg", "/a.jpg"], "caption": {"es": "En Puno."}},
            {**MEDIUM, "name": "walk", "alt": None},
            {"type": "media", "external_source": "7", "external_id": "r",
             "file": "pictures/report.pdf"},
            {"type": "sponsor", "name": "Somebody", "logo": "media:march"},
            {**ARTICLE, "image": {"url": "media:walk", "caption": "Here"}, "body": body},
            {**ARTICLE, "slug": "two", "body": "Two.", "image": {"media_id": str(key)},
             "draft": {"lang": "en", "title": "Newer", "image": {"url": "media:march"}}},
        ).refused
        == []
    )  # fmt: skip


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_out_and_in_again_loses_nothing(quiet: Bench, other_store: Bench, tmp_path: Path) -> None:
    a_library(quiet, tmp_path)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    records = exported(quiet.runtime, here / "dump.jsonl", media="files")
    assert [record["type"] for record in records] == [
        *("media",) * 3, "sponsor", *("article",) * 2]  # fmt: skip
    assert len(files_in(here / "files")) == 8 + 4 + 1
    assert outcomes(imported(quiet.runtime, here / "dump.jsonl").outcomes) == {"unchanged": 6}
    other_store.clock.move(seconds=1)  # the articles are some ticks younger than the library
    report = imported(other_store.runtime, here / "dump.jsonl")
    assert report.refused == [], report.as_text()
    assert outcomes(report.outcomes) == {"created": 6}
    exported(other_store.runtime, there / "dump.jsonl", media="files")
    assert (there / "dump.jsonl").read_text() == (here / "dump.jsonl").read_text()
    assert files_in(there / "files") == files_in(here / "files")
    for path in ("articles/one", "articles/two", "sponsors", "resolve?path=/a.jpg"):
        assert without_id(other_store, path) == without_id(quiet, path)
    assert article(other_store)["image"]["sizes"] == article(quiet)["image"]["sizes"]
    assert outcomes(brought(other_store, tmp_path, MEDIUM).outcomes) == {"unchanged": 1}


def without_id(bench: Bench, path: str) -> Any:
    data = bench.client.get(f"/v1/{path}").json()["data"]
    return [item | {"id": None} for item in data] if isinstance(data, list) else data


def test_an_edit_is_remembered_in_another_store(
    quiet: Bench, other_store: Bench, tmp_path: Path
) -> None:
    assert brought(quiet, tmp_path, MEDIUM).refused == []
    key = UUID(listed_media(quiet)[0]["id"])
    change = MediaChange.model_validate({"alt": {"en": "Our own words"}})
    with quiet.runtime.database.writing() as tx:
        media.describe(tx, BY, key, 1, change, quiet.clock())
    records = exported(quiet.runtime, tmp_path / "dump.jsonl", media="files")
    assert imported(other_store.runtime, tmp_path / "dump.jsonl").refused == []
    assert exported(other_store.runtime, tmp_path / "again.jsonl", media="files") == records
    changed = {**MEDIUM, "alt": {"en": "A long march"}}
    assert refusals(brought(other_store, tmp_path, changed)) == [(1, "edited_here")]
    assert outcomes(brought(other_store, tmp_path, MEDIUM).outcomes) == {"unchanged": 1}


def test_bytes_that_are_here_under_another_id_are_shown_all_the_same(
    quiet: Bench, other_store: Bench, tmp_path: Path
) -> None:
    a_library(quiet, tmp_path)
    exported(quiet.runtime, tmp_path / "dump.jsonl", media="files")
    other_store.clock.move(minutes=1)
    ours = builders.medium(other_store.runtime, alt={"en": "It was here"})
    report = imported(other_store.runtime, tmp_path / "dump.jsonl")
    assert report.refused == [], report.as_text()
    assert f"/v1/media/{ours}/400.jpg" in article(other_store)["body_html"]
    assert str(ours) in article(other_store)["image"]["url"]
    assert str(ours) in other_store.client.get("/v1/sponsors").json()["data"][0]["logo"]
    again = imported(other_store.runtime, tmp_path / "dump.jsonl")
    assert again.refused == [], again.as_text()
    assert set(outcomes(again.outcomes)) == {"unchanged"}


@pytest.mark.parametrize("name", ["320.jpg", "320.webp"])
@pytest.mark.parametrize("harm", ["script", "metadata", "size", "kind", "absent"])
def test_a_file_of_an_export_that_was_tampered_with_is_refused(
    quiet: Bench, other_store: Bench, tmp_path: Path, name: str, harm: str
) -> None:
    assert brought(quiet, tmp_path, MEDIUM).refused == []
    exported(quiet.runtime, tmp_path / "dump.jsonl", media="files")
    (place,) = (tmp_path / "files").rglob(name)
    kind = "WEBP" if name.endswith("webp") else "JPEG"
    if harm == "script":
        place.write_bytes(place.read_bytes() + b"<script>alert(1)</script>")
    elif harm == "metadata":
        place.write_bytes(picture(kind, (320, 240), exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"))
    elif harm == "size":
        place.write_bytes(picture(kind, (321, 240)))
    elif harm == "kind":
        place.write_bytes(picture("WEBP" if kind == "JPEG" else "JPEG", (320, 240)))
    else:
        place.unlink()
    code = "file_missing" if harm == "absent" else "broken_media"
    assert refusals(imported(other_store.runtime, tmp_path / "dump.jsonl")) == [(1, code)]
    assert list(other_store.runtime.storage.list_objects()) == []


def test_an_import_that_was_broken_off_goes_on(quiet: Bench, tmp_path: Path) -> None:
    records = []
    (tmp_path / "pictures").mkdir()
    for number in range(4):
        name = f"p{number}.png"
        (tmp_path / name).write_bytes(picture("PNG", (40 + number, 30)))
        records.append({**MEDIUM, "name": name, "file": name})
    seen: list[int] = []

    def stop_at_third(_size: int) -> None:
        seen.append(1)
        if len(seen) == 3:
            raise KeyboardInterrupt

    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    with pytest.raises(KeyboardInterrupt):
        batch_import.import_records(
            quiet.runtime, jsonl_reader.read_entries([path]), advance=stop_at_third
        )
    assert len(listed_media(quiet)) == 2
    report = imported(quiet.runtime, path)
    assert report.outcomes == {"media unchanged": 2, "media created": 2}


def test_a_sponsor_shows_a_logo_of_elsewhere_as_before(quiet: Bench, tmp_path: Path) -> None:
    with quiet.runtime.publishing() as tx:
        logo = f"https://example.org/v1/media/{uuid7(quiet.clock())}/320.jpg"
        people.SPONSORS.add(tx, EDITOR, SponsorInput(name="Afar", logo=logo))
    (record,) = exported(quiet.runtime, tmp_path / "dump.jsonl", media="files")
    assert record["logo"] == logo
    bad = {"type": "sponsor", "name": "B", "logo": "/v1/media/x/y.jpg"}
    assert refusals(brought(quiet, tmp_path, bad)) == [(1, "unknown_media")]


def test_a_body_that_is_too_long_with_its_addresses_is_refused(
    quiet: Bench, tmp_path: Path
) -> None:
    body = "![a](media:march)"
    long = {**ARTICLE, "body": body + "x" * (1_000_000 - len(body)), "body_format": "markdown"}
    report = brought(quiet, tmp_path, MEDIUM, long, {**ARTICLE, "slug": "two", "body": body})
    assert refusals(report) == [(2, "invalid_record")]
    assert "at most 1000000 characters" in report.refused[0].message
    assert article(quiet, "two")["title"] == "A title"
