"""A webhook reaches public addresses alone, and no target can hold or fool the sender."""

import asyncio
import gzip
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Invalid
from app.partners.exchange import Exchange, Resolver, Sender, resolve_host
from app.partners.targets import ReachPolicy, parse_networks, parse_target
from tests.partners.certificates import server_context, write_certificate
from tests.partners.partner import HERE, partner, raw

HEADERS = {"webhook-id": "evt_1", "content-type": "application/json"}
BODY = b'{"type":"webhook.test"}'


def sent(
    url: str,
    reach: ReachPolicy = HERE,
    resolver: Resolver = resolve_host,
    trusted: ssl.SSLContext | None = None,
    seconds: float = 2.0,
) -> Exchange:
    sender = Sender(reach, resolver=resolver, trusted=trusted, seconds=seconds)
    try:
        return asyncio.run(sender.send(url, HEADERS, BODY))
    finally:
        sender.close()


def answering(*addresses: str) -> Resolver:
    return lambda _host, _port: list(addresses)


NOT_PUBLIC = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
    *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::1"),
    *("2001:0:7f00:1::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1"),
    *("no address", "", "127.1", "0x7f000001"),
)
PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "64:ff9b::808:808")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_refused(address: str) -> None:
    came = sent("https://partner.example/", ReachPolicy(), answering(address))
    assert came.problem == "address_refused"
    assert not came.is_success


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_not_refused(address: str) -> None:
    url = parse_target("https://partner.example/hook")
    assert ReachPolicy().refusal(url, [address]) is None
    for other in ("http://partner.example/", "https://partner.example:8443/"):
        assert ReachPolicy().refusal(parse_target(other), [address]) == "https_required"


def test_one_address_that_is_not_public_is_enough() -> None:
    url = parse_target("https://partner.example/")
    for pair in (("8.8.8.8", "127.0.0.1"), ("::1", "2606:2800:21f:cb07::1")):
        assert ReachPolicy().refusal(url, pair) == "address_refused"
    assert ReachPolicy().refusal(url, []) == "unresolved"


def test_an_operator_allows_networks_and_no_more() -> None:
    reach = ReachPolicy(parse_networks(["10.1.0.0/16", "fd00::/8"]))
    url = parse_target("http://partner.example:8080/")
    assert reach.refusal(url, ["10.1.2.3"]) is None
    assert reach.refusal(url, ["::ffff:10.1.2.3", "fd00::1"]) is None
    assert reach.refusal(url, ["10.2.0.1"]) == "address_refused"
    assert reach.refusal(url, ["10.1.2.3", "127.0.0.1"]) == "address_refused"
    assert reach.refusal(url, ["8.8.8.8"]) == "https_required"


@pytest.mark.parametrize(
    "url",
    [
        *("", "partner.example", "//partner.example/", "ftp://partner.example/", "https://"),
        *("https:///hook", "file:///etc/passwd", "gopher://x/", "https://a b/", "https://a\\@b/"),
        *("https://user:word@partner.example/", "https://user@partner.example/"),
        *("https://partner.example/#part", "https://[fe80::1%25eth0]/", "https://exämple.org/"),
        *("https://partner.example/\r\nhost: x", "https://partner.example/\x00"),
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.01/"),
        *("https://partner.0x7f/", "https://1.2.3.4.5/", "https://[::1", "https://a:b/"),
        *("https://partner.example:99999/", "https://partner.example/" + "a" * 2_000),
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="The webhook's url is refused"):
        parse_target(url)


def test_a_name_is_resolved_once_and_its_address_pinned() -> None:
    asked: list[tuple[str, int]] = []

    def rebinding(host: str, port: int) -> list[str]:
        """Public to whoever looks first, then the metadata service."""
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with partner() as here:
        url = here.url.replace("127.0.0.1", "partner.example")
        assert sent(url, resolver=rebinding).status == 204
        port = parse_target(url).port
        assert asked == [("partner.example", port)]
        assert here.received[0].headers["host"] == f"partner.example:{port}"
        assert here.received[0].body == BODY.decode()


def test_redirects_are_not_followed(subtests: pytest.Subtests) -> None:
    with partner() as here, partner() as inside:
        for target in (
            inside.url,
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
        ):
            with subtests.test(target=target):
                here.status = lambda _: 302
                here.headers = {"location": target}
                came = sent(here.url)
                assert (came.status, came.is_success) == (302, False)
        assert inside.received == []


def test_the_environment_sends_it_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with partner() as here, partner() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert sent(here.url).status == 204
        assert proxy.received == []


def head(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)


def says(*parts: bytes, every: float = 0.0, times: int = 1) -> Callable[[socket.socket], None]:
    def conversation(connection: socket.socket) -> None:
        head(connection)
        for part in parts[:-1]:
            connection.sendall(part)
        for _ in range(times):
            connection.sendall(parts[-1])
            time.sleep(every)

    return conversation


START = b"HTTP/1.1 200 OK\r\n"
HOSTILE: dict[str, tuple[Callable[[socket.socket], None], str | None]] = {
    "says nothing": (lambda connection: (head(connection), time.sleep(3))[1], "timeout"),
    "headers by the byte": (says(START, b"x", every=0.1, times=100), "timeout"),
    "headers without end": (says(START, b"a: b\r\n" * 1000, times=10_000), "broken_answer"),
    "a body by the byte": (
        says(START + b"content-length: 1000\r\n\r\n", b"x", every=0.1, times=100),
        "timeout",
    ),
    "a body without end": (
        says(
            START + b"transfer-encoding: chunked\r\n\r\n",
            b"ffff\r\n" + b"x" * 65535 + b"\r\n",
            times=1000,
        ),
        None,
    ),
    "a bomb": (
        says(START + b"content-encoding: gzip\r\n\r\n", gzip.compress(bytes(50_000_000))),
        None,
    ),
    "hangs up at once": (lambda connection: None, "broken_answer"),
    "hangs up after the headers": (says(START + b"content-length: 9\r\n\r\nx"), "broken_answer"),
    "is no HTTP": (says(b"220 mail ready\r\n"), "broken_answer"),
    "no status": (says(b"HTTP/1.1 9999999 OK\r\n\r\n"), "broken_answer"),
    "two lengths": (
        says(START + b"content-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
        "broken_answer",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_answer_is_bounded(what: str) -> None:
    conversation, problem = HOSTILE[what]
    with raw(conversation) as url:
        began = time.monotonic()
        came = sent(url, seconds=1.0)
        assert time.monotonic() - began < 4
    assert came.problem == problem
    assert len(came.answer) <= 16_384


def test_nobody_at_home_and_a_resolver_that_hangs() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    assert sent(url).problem == "unreachable"

    def hanging(_host: str, _port: int) -> list[str]:
        time.sleep(1.5)
        return []

    began = time.monotonic()
    assert sent("http://partner.example/", resolver=hanging, seconds=0.3).problem == "timeout"
    assert time.monotonic() - began < 3

    def missing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert sent("http://partner.example/", resolver=missing).problem == "unresolved"


def test_the_second_address_is_tried_when_the_first_is_silent() -> None:
    with partner() as here:
        url = here.url.replace("127.0.0.1", "partner.example")
        assert sent(url, resolver=answering("127.0.0.9", "127.0.0.1")).status == 204


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for a name, and a client's that trusts it."""
    file = write_certificate(folder, name)
    return server_context(file), ssl.create_default_context(cafile=str(file))


def test_the_name_is_still_what_the_certificate_must_be_for(tmp_path: Path) -> None:
    server, trusted = certificate(tmp_path, "partner.example")
    with partner(server) as here:
        there = answering("127.0.0.1")
        right = here.url.replace("127.0.0.1", "partner.example")
        assert sent(right, resolver=there, trusted=trusted).status == 204
        wrong = here.url.replace("127.0.0.1", "other.example")
        assert sent(wrong, resolver=there, trusted=trusted).problem == "certificate_refused"
        assert sent(here.url, trusted=trusted).problem == "certificate_refused"
        assert sent(right, resolver=there).problem == "certificate_refused"
        assert len(here.received) == 1
