"""Files of an old site, read from its server: only what the export names, only once, and never from
within a private network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.library import fetching
from app.partners import exchange
from tests import builders
from tests.conftest import Bench
from tests.importers.moving import Moved, article, move
from tests.importers.old_server import OldServer, old_server
from tests.importers.wxr import HEAD, attachment, item, write_export
from tests.partners.certificates import write_certificate

UPLOADS = "/wp-content/uploads/2019/05"
PICTURES = (
    *("a.jpg", "b.jpg", "page.jpg", "huge.jpg", "moved.jpg", "away.jpg", "round.jpg", "plain.jpg"),
    *("lost.jpg", "silent.jpg"),
)


@pytest.fixture(autouse=True)
def _own_authorities() -> Iterator[None]:
    """The server's certificate is trusted here alone."""
    exchange.trusted_authorities.cache_clear()
    yield
    exchange.trusted_authorities.cache_clear()


def fill(server: OldServer) -> None:
    server.files[f"{UPLOADS}/a.jpg"] = builders.picture()
    server.files[f"{UPLOADS}/b.jpg"] = builders.picture(size=(70, 30))
    server.files[f"{UPLOADS}/page.jpg"] = b"<!doctype html><title>Not found</title>"
    server.huge.add(f"{UPLOADS}/huge.jpg")
    server.files[f"{UPLOADS}/new.jpg"] = builders.picture(size=(50, 50))
    server.moved[f"{UPLOADS}/moved.jpg"] = "next.jpg"
    server.moved[f"{UPLOADS}/next.jpg"] = f"{server.address}{UPLOADS}/new.jpg"
    server.moved[f"{UPLOADS}/away.jpg"] = "https://far.example/a.jpg"
    server.moved[f"{UPLOADS}/round.jpg"] = "round.jpg"
    server.moved[f"{UPLOADS}/plain.jpg"] = f"http{server.address[5:]}{UPLOADS}/new.jpg"
    server.silent.add(f"{UPLOADS}/silent.jpg")


def write(path: Path, address: str) -> Path:
    """An export of a site at an address, whose one text shows every picture, and one of another
    host."""
    # The export has the address of old times, before the site had a certificate.
    old = address.replace("https:", "http:")
    shown = "".join(f'<img src="{old}{UPLOADS}/{name}">' for name in PICTURES)
    body = f'{shown}<img src="https://far.example/z.jpg">'
    files = "".join(attachment(n, f"2019/05/{name}") for n, name in enumerate(PICTURES, 10))
    files = files.replace("https://old.example", old)
    head = HEAD.replace("https://old.example", old)
    return write_export(path, item(1, body=body, link=f"{old}/2019/05/text-1/"), files, head=head)


def fetch(folder: Path, export: Path, certificate: Path, *more: str) -> Moved:
    allowed = {"WILLAY_WEBHOOK_NETWORKS": "127.0.0.0/8", "SSL_CERT_FILE": str(certificate)}
    return move(folder, "wordpress", export, "--fetch-media", *more, **allowed)


def test_files_are_read_from_the_old_site_once(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_SECONDS", 6.0)  # a silent server is left soon
    certificate = write_certificate(tmp_path, "127.0.0.1")
    with old_server(certificate) as server:
        fill(server)
        export = write(tmp_path / "a.xml", server.address)
        first = fetch(tmp_path, export, certificate, "--fetch-at-most", "1")
        assert (first.code, first.outcomes["media created"]) == (0, 1)
        assert sum(server.asked.values()) == 1
        bounded = "more than 1 files to fetch; raise the number"
        assert first.reasons["attachment", bounded] == len(PICTURES) - 1

        second = fetch(tmp_path, export, certificate)
        assert (second.code, second.outcomes["media created"]) == (1, 2)
        codes = ["unsupported_media", "media_too_large", *["address_unusable"] * 5]
        assert second.refusals == codes
        told = " ".join(row["message"] for row in second.report["refused"])
        for words in (
            *("it leads to https://far.example/a.jpg, which is another site", "status 404"),
            *("round.jpg was not read: it leads on and on", "which is not read by https"),
            "did not answer in time",
        ):
            assert words in told, words
        assert server.asked[f"{UPLOADS}/round.jpg"] == 5
        body = article(bench, "text-1")["body_html"]
        assert body.count("/v1/media/") >= 3
        for name in ("page.jpg", "away.jpg", "silent.jpg"):
            assert f"{UPLOADS}/{name}" in body
        assert "https://far.example/z.jpg" in body

        server.files[f"{UPLOADS}/lost.jpg"] = builders.picture(size=(60, 40))
        third = fetch(tmp_path, export, certificate)
        assert third.outcomes["media created"] == 1
        assert third.outcomes["article updated"] == 1
        assert (server.asked[f"{UPLOADS}/a.jpg"], server.asked[f"{UPLOADS}/b.jpg"]) == (1, 1)


def test_a_private_network_is_never_read(bench: Bench, tmp_path: Path) -> None:
    """An export may name any address; this server's own network is not for it to read."""
    certificate = write_certificate(tmp_path, "127.0.0.1")
    with old_server(certificate) as server:
        fill(server)
        export = write(tmp_path / "a.xml", server.address)
        report = move(tmp_path, "wordpress", export, "--fetch-media", "--fetch-at-most", "2")
        assert (report.code, report.refusals) == (1, ["address_unusable"] * 2)
        assert "not a public address" in report.report["refused"][0]["message"]
        assert server.asked == {}
    assert article(bench, "text-1")["title"]
