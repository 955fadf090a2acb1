"""The form of a document in the index, and of the document that holds the place in the log.

Every filterable value is stored as a token: a value that folds to itself unchanged, any other as
its digest. The server ignores case when it compares values. Tokens leave it nothing to fold, so
values that are equal there are really equal.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from app.kit.text import without_unseen
from app.search.protocol import DIGEST_BYTES, DOCUMENT_KINDS, Document, Key, Mark, Parked

VERSION = 3
"""Goes up with every change of a document's content; the new index is built beside the old one."""
STATE = "state"
"""Id and kind of the document that holds the cursor. It is written in one task with the documents
that the cursor stands for. No search finds it, because each asks for one of our kinds."""
ANY_LANGUAGE = "-"
"""The token of documents of every language; no value has it."""
SHOWN = ("title", "summary", "body")
TIMELESS = 9_999
"""The recency of documents without a date: a tag or a person is never old."""

_GAPS = str.maketrans(dict.fromkeys("$<=>^|~¢£¤¥¦¨©¬®¯°´¸€", " "))
"""Signs that the server takes for letters. It could be told that they separate words, but then each
search would take twice as long, because it makes its own table of them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(f"(?:{'|'.join(DOCUMENT_KINDS)})-[0-9a-f]{{32}}")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class IndexState:
    """The place in the log, the parked things on the way there, and the build that wrote it."""

    cursor: str | None = None
    parked: tuple[Parked, ...] = ()
    build: str = ""
    version: int = VERSION

    def as_document(self) -> dict[str, Any]:
        parked = [
            {"kind": thing.key.kind, "id": thing.key.id.hex, "reason": thing.reason}
            for thing in self.parked
        ]
        return {
            "id": STATE,
            "kind": STATE,
            "cursor": self.cursor,
            "parked": parked,
            "build": self.build,
            "version": VERSION,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "IndexState":
        """The state; one that others have spoilt is empty and of no version, so it is made anew."""
        cursor, version = document.get("cursor"), document.get("version") or 0
        try:
            parked = tuple(
                Parked(_to_key(member["kind"], member["id"]), str(member["reason"]))
                for member in document.get("parked") or ()
            )
        except (KeyError, TypeError, ValueError):
            return cls(version=0)
        if not isinstance(cursor, str | None) or not isinstance(version, int):
            return cls(version=0)
        return cls(cursor, parked, str(document.get("build") or ""), version)


def id_of(key: Key) -> str:
    return f"{key.kind}-{key.id.hex}"


def key_of(document_id: object) -> Key:
    """The key in an id; raises ValueError for other ids, also for another spelling of ours."""
    kind, _, key = str(document_id).rpartition("-")
    document_key = _to_key(kind, key)
    if id_of(document_key) != document_id:
        raise ValueError(f"no document of ours: {document_id}")
    return document_key


def is_id(value: object) -> bool:
    """Whether `key_of` reads it; without making the key, for answers of many hits."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _to_key(kind: str, key: str) -> Key:
    for document_kind in DOCUMENT_KINDS:
        if kind == document_kind:
            return Key(document_kind, UUID(key))
    raise ValueError(f"no kind of ours: {kind}")


def to_token(value: str) -> str:
    """A token of `a-z0-9_-`, which is equal for equal values only."""
    if _PLAIN.fullmatch(value) and not value.startswith("0x"):
        return value
    return "0x" + blake2b(value.encode("utf-8", "replace"), digest_size=20).hexdigest()


def language_token(code: str) -> str:
    """The token of a language, in one case only."""
    return to_token(code.lower())


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970; raises TypeError for a datetime without an offset."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def mark_of(document: Mapping[str, Any]) -> Mark:
    """The mark of a document; one that no document has if it is unreadable."""
    try:
        return Mark(int(document["version"]), bytes.fromhex(document["digest"]))
    except (KeyError, TypeError, ValueError):
        return Mark(-1, b"")


def strip_unsayable(text: str) -> str:
    """The text without characters that JSON cannot express."""
    return text.encode("utf-8", "ignore").decode()


def display_text(document: Mapping[str, Any], name: str) -> str:
    """A text for display; the searchable text lacks its invisible characters and some signs."""
    text: str = document.get(f"shown_{name}", document[name])
    return text


def _searchable_text(text: str) -> str:
    return without_unseen(strip_unsayable(text)).translate(_GAPS)


def to_record(source: Document) -> dict[str, Any]:
    """The record; ValueError for a digest of wrong length, TypeError for a date without offset."""
    if len(source.mark.digest) != DIGEST_BYTES:
        raise ValueError(f"a digest has {DIGEST_BYTES} bytes")
    fields: dict[str, Any] = {
        "id": id_of(source.key),
        "kind": to_token(source.key.kind),
        "key": source.key.id.hex,
        "version": str(source.mark.version),
        "digest": source.mark.digest.hex(),
        "lang": ANY_LANGUAGE if source.lang is None else language_token(source.lang),
        "tags": [tag_id.hex for tag_id in dict.fromkeys(source.tag_ids)],
        "authors": _to_tokens(source.authors),
        "also_in": _to_tokens(map(str.lower, source.also_in)),
        "syndicatable": "yes" if source.syndicatable else "no",
        "recency": TIMELESS,
    }
    for name in SHOWN:
        text = strip_unsayable(getattr(source, name))
        fields[name] = _searchable_text(text)
        if fields[name] != text:
            fields[f"shown_{name}"] = text
    words = list(dict.fromkeys(_searchable_text(label.text) for label in source.labels))
    if source.key.kind == "tag":
        fields["names"] = words
        fields["spoken"] = _names_by_language(source)
    else:
        fields["labels"] = words
    if source.article_kind is not None:
        fields["article_kind"] = source.article_kind
    if source.published_at is not None:
        day = source.published_at.astimezone(UTC)
        fields["published_at"] = to_micros(source.published_at)
        fields["year"] = source.year or day.year
        fields["recency"] = day.year
    if source.updated_at is not None:
        fields["updated_at"] = to_micros(source.updated_at)
    return fields


def _to_tokens(values: Iterable[str]) -> list[str]:
    return [to_token(value) for value in dict.fromkeys(values)]


def _names_by_language(tag: Document) -> dict[str, str]:
    """The tag's name in each language: its first label there."""
    names: dict[str, str] = {}
    for label in tag.labels:
        if label.lang is not None:
            names.setdefault(label.lang, _searchable_text(label.text))
    return names
