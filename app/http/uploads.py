"""Uploads over HTTP: a bare file, or a form with one file in it. Size and number are bounded, and
so is time, as for every body (`request_body`).

A part stays in memory only until it is written to disk.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from app.errors import BadRequest, Detail
from app.http.bodies import media_type, refuse_encoded
from app.kit.text import file_name
from app.library.spool import Spool, refuse_size
from app.runtime import Runtime

_AT_ONCE: Final = 1_000_000
_FORM_BYTES: Final = 100_000
_FIELDS: Final = ("file", "metadata")


@dataclass(frozen=True, slots=True)
class ReceivedUpload:
    """An upload, with a plain form of its file name and the JSON that came with it."""

    spool: Spool
    name: str
    metadata: bytes


@asynccontextmanager
async def receive_upload(request: Request, name: str) -> AsyncIterator[ReceivedUpload]:
    """The upload of a request, deleted when the block ends. `name` is the name of a bare file.

    It holds one of the few places for uploads: `Unavailable`, before anything is read, if all are
    taken. `TooLarge`, `Unsupported` and `BadRequest` come as soon as they are certain.
    """
    runtime: Runtime = request.state.runtime
    most = runtime.settings.media_max_bytes
    refuse_encoded(request)
    is_form = media_type(request) == "multipart/form-data"
    message = request.headers.get("content-length", "0")
    if message.isdecimal() and len(message) < 20:
        refuse_size(int(message) - (_FORM_BYTES if is_form else 0), most)
    with runtime.uploads.place(), Spool(runtime.settings.data_dir, most) as spool:
        try:
            if is_form:
                yielded = await _from_form(request, runtime, spool)
            else:
                await _fill_spool(runtime, spool, request.stream())
                yielded = ReceivedUpload(spool, file_name(name), b"{}")
        except ClientDisconnect as error:
            raise BadRequest("upload_broken_off", "The upload was broken off.") from error
        yield yielded


async def _from_form(request: Request, runtime: Runtime, spool: Spool) -> ReceivedUpload:
    most, received = runtime.settings.media_max_bytes + _FORM_BYTES, 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        refuse_size(received, most)
        return message

    try:
        form = await Request(request.scope, receive_bounded).form(
            max_files=1, max_fields=len(_FIELDS), max_part_size=_FORM_BYTES
        )
    except HTTPException as error:
        message = "The form cannot be read; send one part `file`, and `metadata` if you like."
        raise BadRequest("malformed_form", message) from error
    try:
        file, metadata = _form_parts(form)
        await _fill_spool(runtime, spool, _read(file))
        return ReceivedUpload(spool, file_name(file.filename or ""), metadata.encode())
    finally:
        await form.close()


def _form_parts(form: FormData) -> tuple[UploadFile, str]:
    for name in form:
        if name not in _FIELDS:
            close = get_close_matches(name, _FIELDS, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(_FIELDS)}."
            raise _bad_upload(
                "unknown_field", name[:60], f"There is no field {name[:60]!r}; {hint}"
            )
    file, metadata = form.get("file"), form.get("metadata", "{}")
    if not isinstance(file, UploadFile):
        raise _bad_upload(
            "missing_field", "file", "Send the file as the part `file`, with a file name."
        )
    if not isinstance(metadata, str):
        raise _bad_upload("invalid_field", "metadata", "Send `metadata` as text: JSON.")
    return file, metadata


async def _read(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_AT_ONCE):
        yield chunk


async def _fill_spool(runtime: Runtime, spool: Spool, stream: AsyncIterator[bytes]) -> None:
    """Write the stream in portions, so that few hops are needed."""
    waiting: list[bytes] = []
    size = 0
    async for chunk in stream:
        waiting.append(chunk)
        size += len(chunk)
        refuse_size(spool.size + size, runtime.settings.media_max_bytes)
        if size >= _AT_ONCE:
            portion, waiting, size = b"".join(waiting), [], 0
            await runtime.files.run(_add_portion(spool, portion))
    await runtime.files.run(_add_portion(spool, b"".join(waiting)))


def _add_portion(spool: Spool, portion: bytes) -> Any:
    return lambda: spool.add(portion)


def _bad_upload(code: str, name: str, message: str) -> BadRequest:
    return BadRequest(code, message, (Detail(code, message, pointer=f"/{name}"),))


def upload_request_body() -> dict[str, Any]:
    """The `requestBody` of a route that takes an upload."""
    binary = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": binary, "metadata": {"type": "string", "description": "JSON"}},
    }
    content = {
        "multipart/form-data": {"schema": form},
        "application/octet-stream": {"schema": binary},
    }
    return {"required": True, "content": content}
