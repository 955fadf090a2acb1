"""Every command of the guides works as it is printed, on a service that really serves."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from PIL import Image

from tests.commands import ROOT, SAMPLE, started, willay
from tests.guides.walking import Reader, blocks, commands, fits, shown_answers
from tests.node import node
from tests.partners.partner import partner
from tests.stores import ensure_store, environment_of

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("curl"), reason="no curl: the guides cannot be walked"),
]


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """Somebody beside a service with the sample content, an admin's token and a partner's key."""
    data, desk = folder / "data", folder / "desk"
    desk.mkdir(parents=True)
    ensure_store(data)
    assert willay(data, "import", "jsonl", str(SAMPLE)).returncode == 0
    email = ("--email", "root@example.org")
    assert willay(data, "user", "create", *email, "--role", "admin").returncode == 0
    token = willay(data, "token", "create", *email, "--scope", "*").stdout.strip()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = str(bound.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    more = {"WILLAY_RATE_LIMIT": "0", "WILLAY_API_URL": address}
    more["WILLAY_WEBHOOK_NETWORKS"] = "127.0.0.0/8"
    service = started(data, "serve", "--port", port, **more)
    try:
        deadline = time.monotonic() + 60
        while not _answers(address) and time.monotonic() < deadline:
            time.sleep(0.1)
        found = Reader(desk, environment_of(data, **more))
        found.known |= {"ADDRESS": address, "API": address, "TOKEN": token}
        with closing(found):
            yield found
    finally:
        service.terminate()
        service.wait(30)


def _answers(address: str) -> bool:
    """Whether it answers, and its first index is built."""
    try:
        with urlopen(f"{address}/v1/search?q=river", timeout=5):
            return True
    except (URLError, ConnectionError):
        return False


def posted(here: Reader, path: str, body: object) -> dict[str, str]:
    """What an admin makes before a partner begins to read."""
    headers = {
        "Authorization": f"Bearer {here.known['TOKEN']}",
        "Content-Type": "application/json",
        "If-Match": '"1"',
    }
    request = Request(here.known["ADDRESS"] + path, json.dumps(body).encode(), headers)
    with urlopen(request, timeout=30) as answer:
        found: dict[str, str] = json.load(answer)["data"]
        return found


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_readme_shows_what_the_sample_answers(tmp_path: Path) -> None:
    readme = text_of("README.md")
    shown = shown_answers(readme)
    assert len(shown) == 5
    with reader(tmp_path) as here:
        here.walk(readme, only="curl")
        assert here.walked == len(shown), "each request has its answer beside it"
        for command, answer in shown:
            here.run(command)
            assert fits(answer, here.answer), f"{command}\n{here.answer}"


def test_the_readme_s_javascript_walks_through_a_list(tmp_path: Path) -> None:
    program = re.findall(
        r"^```js\n(// (\w+\.mjs)\n.*?)^```", text_of("README.md"), re.DOTALL | re.M
    )
    [(text, name)] = program
    with reader(tmp_path) as here:
        address = here.known["ADDRESS"]
        (here.folder / name).write_text(text.replace("http://127.0.0.1:8000", address))
        done = subprocess.run(
            [node(), name], cwd=here.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        with urlopen(f"{address}/v1/articles?tag=elections&lang=en", timeout=30) as answer:
            articles = json.load(answer)["data"]
    assert len(articles) > 2, "more than a page of the program"
    expected = [f"{article['published_at'][:4]} {article['title']}" for article in articles]
    assert done.stdout.splitlines() == expected


def test_the_guide_to_addresses_tells_moved_from_present(tmp_path: Path) -> None:
    guide = text_of("docs/addresses.md")
    [(text, name)] = re.findall(r"^```js\n(// (\w+\.mjs)\n.*?)^```", guide, re.DOTALL | re.M)
    with reader(tmp_path) as here:
        here.walk(guide)
        address = here.known["ADDRESS"]
        (here.folder / name).write_text(text.replace("http://127.0.0.1:8000", address))

        def said(slug: str, path: str) -> list[str]:
            program = [node(), name, slug, path]
            done = subprocess.run(
                program, cwd=here.folder, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, done.stderr
            return re.sub(r"\s+", " ", done.stdout).strip().split(" { ", 1)

        with urlopen(f"{address}/v1/articles/about", timeout=30) as answer:
            about = json.load(answer)["data"]
        title, leads = said("about", "/about-us")
        assert title == about["title"]
        assert "status: 301" in leads
        assert "location: '/about'" in leads
        assert said(about["id"], "/about")[0].startswith("{ moved: 'about' }")
        assert "status: 200" in said("about", "/about/")[1]
        assert said("no-such-slug", "/events/2012-conference/booking") == [
            "{}",
            "status: 410, reason: 'removed' }",
        ]
        assert said("no/such?slug", "/no/such/path") == ["{}", "status: 404 }"]


def test_an_answer_fits_what_is_shown_of_it() -> None:
    assert fits({"a": "…", "b": [1, "…"]}, {"a": {"c": 1}, "b": [1, None]})
    for other in (
        {"a": 1, "b": [1]},
        {"a": 1},
        {"a": 1, "b": [2, 2]},
        {"a": 1, "b": [1, 2], "c": 3},
    ):
        assert not fits({"a": "…", "b": [1, "…"]}, other)


def test_the_editors_guide(tmp_path: Path) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "JPEG")
    with reader(tmp_path) as here:
        for name in re.findall(r"=@([\w.-]+\.jpe?g)", text_of("docs/editors.md")):
            (here.folder / name).write_bytes(picture.getvalue())
        del here.known["TOKEN"], here.known["API"]  # the guide says how to come by them
        here.walk(text_of("docs/editors.md"))
        assert here.walked >= 8


def test_the_partners_guide(tmp_path: Path) -> None:
    with partner() as receiver, reader(tmp_path) as here:
        scopes = ["content:read", "embargo:read", "usage:read", "keys:rotate"]
        organisation = posted(
            here,
            "/v1/admin/partners",
            {"name": "A partner", "contact_email": "p@example.org", "embargo_hours": 200},
        )
        key = posted(
            here,
            f"/v1/admin/partners/{organisation['id']}/keys",
            {"name": "A key", "scopes": scopes},
        )
        draft = {"lang": "en", "title": "To come", "body": "Soon."}
        article = posted(here, "/v1/admin/articles", draft)
        tomorrow = {"visible_from": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
        posted(here, f"/v1/admin/articles/{article['id']}/publish", tomorrow)
        hook = posted(here, "/v1/admin/webhooks", {"name": "Ours", "url": receiver.url})
        soon = time.monotonic() + 60
        while not receiver.received and time.monotonic() < soon:
            time.sleep(0.1)
        address = f"{here.known['ADDRESS']}/v1/admin/webhooks/{hook['id']}"
        here.known |= {"KEY": key["key"], "HOOK": address}
        # Nothing happens that would end the wait, so a short one tells as much.
        here.walk(text_of("docs/partners.md").replace("wait=25", "wait=1"))
        assert here.walked >= 20


def test_what_is_no_shell_is_not_run() -> None:
    guide = "Text:\n\n    curl x \\\n      -d 'a\n    b'   # 201\n    A=1\n\n"
    guide += "A header:\n\n    RateLimit: 3\n"
    assert [commands(block) for block in blocks(guide)] == [
        ["curl x \\\n  -d 'a\nb'   # 201", "A=1"],
        [],
    ]
