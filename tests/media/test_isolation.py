"""The process that decodes: what it may not do, and why nothing that it says is believed."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from app.errors import Invalid
from app.imaging import pictures, sandbox
from app.imaging.sandbox_child import MEMORY_BYTES
from tests.builders import picture
from tests.media.png import png

Upload = Callable[[bytes], BinaryIO]


@pytest.fixture
def upload(tmp_path: Path) -> Iterator[Upload]:
    """Makes a real file of some bytes: that is what the process gets."""
    with (tmp_path / "upload").open("w+b") as file:

        def kept(content: bytes) -> BinaryIO:
            file.write(content)
            return file

        yield kept


def test_it_makes_the_same_picture_as_in_this_process(upload: Upload) -> None:
    content = picture("JPEG", (700, 350))
    assert sandbox.make_picture_isolated(upload(content)) == pictures.make_picture(
        io.BytesIO(content)
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [(png(60_000, 60_000), "too_many_pixels"), (b"nothing", "broken_media")],
)
def test_a_refusal_comes_through(upload: Upload, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        sandbox.make_picture_isolated(upload(content))
    assert caught.value.code == code


def test_what_takes_too_long_is_ended(upload: Upload) -> None:
    with pytest.raises(Invalid) as caught:
        sandbox.make_picture_isolated(upload(picture()), seconds=0.001)
    assert caught.value.code == "media_too_costly"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", "broken_media"),  # a fault in a decoder
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "broken_media"),
        ("raise SystemExit(1)", "media_too_costly"),  # no memory left
        ("while True: pass", "media_too_costly"),
        ("while True: print('x' * 1_000_000)", "media_too_costly"),
    ],
)
def test_whatever_becomes_of_the_process_is_a_refusal(
    upload: Upload, program: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        sandbox._run_child([sys.executable, "-c", program], upload(b""), 1.0)
    assert caught.value.code == code


def run(code: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Code in a process with the child's limits, which it gets before it runs."""
    program = (
        "from app.imaging import pictures, sandbox_child\n"
        f"def made(file, widths):\n    import os, socket\n    {code}\n"
        "sandbox_child.make_picture = made\nsandbox_child.main()"
    )
    command = [sys.executable, "-I", "-c", program]
    return subprocess.run(
        command, input=content, capture_output=True, env={}, timeout=60, check=False
    )


def test_it_can_neither_swell_nor_write_nor_hold_many_files(tmp_path: Path) -> None:
    assert run(f"bytearray({MEMORY_BYTES})").returncode == 1
    written = run(f"open({str(tmp_path / 'x')!r}, 'wb', buffering=0).write(b'x' * 10)")
    assert written.returncode != 0
    assert (tmp_path / "x").read_bytes() == b""
    assert b"Too many open files" in run("[os.dup(0) for _ in range(20)]").stderr


def answer(**over: Any) -> bytes:
    webp = picture("WEBP", (4, 4))
    rendition = {"width": 4, "height": 4, "format": "webp", "length": len(webp)}
    said = {
        "width": 4,
        "height": 4,
        "colour": "#800080",
        "animated": False,
        "credit": None,
        "caption": None,
        "renditions": [{**rendition, **over.pop("rendition", {})}],
        **over,
    }
    return json.dumps(said).encode() + b"\n" + webp


def test_a_true_answer_is_taken() -> None:
    assert sandbox._parse_answer(answer(), 4).renditions[0].width == 4


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"\xff\n",
        answer() + b"<script>",
        answer()[:-1],
        answer(width=0),
        answer(width="4"),
        answer(height=16_384),
        answer(colour="red;background:url(//evil)"),
        answer(credit="a" * 301),
        answer(caption="\x00"),
        answer(renditions=[]),
        answer(rendition={"format": "html"}),
        answer(rendition={"format": "jpeg"}),
        answer(rendition={"length": -1}),
        answer(rendition={"width": 10**9}),
        b'{"refused": "<script>"}\n',
    ],
)
def test_a_forged_answer_is_refused(forged: bytes) -> None:
    with pytest.raises((Invalid, ValueError, KeyError, TypeError)):
        sandbox._parse_answer(forged, len(pictures.WIDTHS))
