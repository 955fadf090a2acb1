"""Makes a picture in a process of its own, which may crash, hang or swell without harm.

Hostile pictures attack decoders (in 2023 a heap overflow in WebP's opened browsers). A crash in one
would end the whole API, and a thread could not even be stopped. The process costs a tenth of a
second to start, beside the half second that a photograph takes. It gets neither our environment nor
any open file but the upload, and can write no file. Its answer is checked like a stranger's. It
runs as the same user, so it does not confine an attacker who takes it over. It only ensures that a
crash, a loop or a bomb ends there.
"""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from app.errors import Invalid
from app.imaging.pictures import LONGEST_SIDE, MOST_PIXELS, WIDTHS, Picture, PictureRendition
from app.imaging.sandbox_child import PROMPTLY, WIDTH
from app.kit.text import is_legal

SECONDS: Final = 40.0
"""The limit of wall clock time; the limit of CPU time is in `sandbox_child`."""

_ANSWER_BYTES: Final = 64_000_000
_STARTS: Final = {"webp": b"RIFF", "jpeg": b"\xff\xd8\xff"}
_REFUSALS: Final = {
    "too_many_pixels": f"The image has more than {MOST_PIXELS // 1_000_000} million pixels or a "
    f"side longer than {LONGEST_SIDE}; send a smaller one.",
    "broken_media": "The image is damaged or is not what it seems; export it again.",
    "media_too_costly": "The image takes too much memory or time to decode; send a smaller one.",
}


def make_picture_isolated(
    file: BinaryIO,
    widths: Sequence[int] = (),
    *,
    seconds: float = SECONDS,
    promptly: bool = False,
) -> Picture:
    """The picture in a real file, also in these widths; blocks until the process has ended.

    `Invalid` (`too_many_pixels`, `broken_media`, `media_too_costly`) if it cannot be accepted.
    Unless `promptly`, the process stands back for all others of the machine.
    """
    file.seek(0)
    try:
        command = [*_command(promptly), *(f"{WIDTH}{width}" for width in widths)]
        return _parse_answer(_run_child(command, file, seconds), len(WIDTHS) + len(widths))
    except (ValueError, KeyError, TypeError) as error:
        raise _refusal("broken_media") from error


def check_renditions_isolated(
    file: BinaryIO,
    lengths: Sequence[int],
    *,
    seconds: float = SECONDS,
    promptly: bool = False,
) -> list[tuple[int, int]]:
    """Width and height of each of the renditions in a real file, one after another; blocks until
    the process has ended. `Invalid` like `make_picture_isolated`."""
    file.seek(0)
    command = [*_command(promptly), *map(str, lengths)]
    try:
        header: dict[str, Any] = json.loads(_run_child(command, file, seconds))
        if "refused" in header:
            raise _refusal(header["refused"] if header["refused"] in _REFUSALS else "broken_media")
        sizes = [(_check_side(width), _check_side(height)) for width, height in header["sizes"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _refusal("broken_media") from error
    if len(sizes) != len(lengths):
        raise _refusal("broken_media")
    return sizes


def _command(promptly: bool) -> list[str]:
    command = [sys.executable, "-I", "-m", "app.imaging.sandbox_child"]
    return [*command, PROMPTLY] if promptly else command


def _run_child(command: Sequence[str], file: BinaryIO, seconds: float) -> bytes:
    """A process's output for a file; `Invalid` if the process fails."""
    process = subprocess.Popen(  # noqa: S603  # the command is our own
        command,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    assert process.stdout is not None
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        with process.stdout as pipe:
            answer = pipe.read(_ANSWER_BYTES + 1)
        if len(answer) > _ANSWER_BYTES:
            process.kill()
        status = process.wait()  # the timer ends the process at the latest
    finally:
        timer.cancel()
    if status != 0:
        raise _refusal("media_too_costly" if _ran_out(status) else "broken_media")
    return answer


def _ran_out(status: int) -> bool:
    """Whether the process ended for lack of memory, or was killed for time (SIGKILL, SIGXCPU)."""
    return status in (1, -signal.SIGKILL, -signal.SIGXCPU)


def _parse_answer(answer: bytes, most_widths: int) -> Picture:
    line, _, blobs = answer.partition(b"\n")
    header: dict[str, Any] = json.loads(line)
    if "refused" in header:
        raise _refusal(header["refused"] if header["refused"] in _REFUSALS else "broken_media")
    renditions = tuple(_renditions(header["renditions"], blobs))
    if not 1 <= len(renditions) <= 2 * most_widths:
        raise ValueError("no picture has so many sizes")
    if not re.fullmatch(r"#[0-9a-f]{6}", header["colour"]):
        raise ValueError("no colour")
    return Picture(
        width=_check_side(header["width"]),
        height=_check_side(header["height"]),
        colour=header["colour"],
        animated=header["animated"] is True,
        credit=_text(header["credit"], 300),
        caption=_text(header["caption"], 5_000),
        renditions=renditions,
    )


def _renditions(descriptions: list[dict[str, Any]], blobs: bytes) -> Iterator[PictureRendition]:
    start = 0
    for description in descriptions:
        content = blobs[start : start + description["length"]]
        start += description["length"]
        if len(content) != description["length"] or not content.startswith(
            _STARTS[description["format"]]
        ):
            raise ValueError("no picture in that format")
        yield PictureRendition(
            _check_side(description["width"]),
            _check_side(description["height"]),
            description["format"],
            content,
        )
    if start != len(blobs):
        raise ValueError("more than was announced")


def _check_side(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= LONGEST_SIDE:
        raise ValueError("no side of a picture")
    return value


def _text(value: object, most: int) -> str | None:
    if value is not None and not (
        isinstance(value, str) and len(value) <= most and is_legal(value)
    ):
        raise ValueError("no legal text")
    return value


def _refusal(code: str) -> Invalid:
    return Invalid(code, _REFUSALS[code])
