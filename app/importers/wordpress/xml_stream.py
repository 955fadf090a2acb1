"""The bytes of an export as XML that a parser takes, whatever WordPress wrote there.

Exports hold control characters, bytes of other encodings, and prefixes that nobody declared.
"""

import codecs
import re
from pathlib import Path
from typing import BinaryIO, Final

_CHUNK: Final = 256_000
_DECLARED: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_DECLARATION: Final = re.compile(r"<\?xml[^>]*\?>")
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BEFORE: Final = re.compile(r"\A(?:(?!<\?xml|<rss\b|<!DOCTYPE rss).)+(?=<\?xml|<rss\b)", re.DOTALL)
"""What plugins and PHP write before the XML."""
_REFERENCE: Final = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)
ROOT: Final = re.compile(r"<rss\b[^>]*>")
_PREFIXES: Final = {
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wp": "http://wordpress.org/export/1.2/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "georss": "http://www.georss.org/georss",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
}


def _replace_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8, as Windows-1252 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("willay-cp1252", _replace_bytes)


class XmlStream:
    """A file of bytes in UTF-8 for a parser. `repaired` counts the characters that were put right
    or left out; `size` are the bytes that were read."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        self._decoder: codecs.IncrementalDecoder | None = None
        self._is_head = True
        self._tail = ""
        self.repaired = 0
        self.size = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, _size: int = -1) -> bytes:
        """The next bytes, as many as there are in one portion; none at the end."""
        while True:
            chunk = self._file.read(_CHUNK)
            self.size += len(chunk)
            if self._decoder is None:
                self._decoder = _decoder_of(chunk)
            text = self._tail + self._decoder.decode(chunk, final=not chunk)
            # A reference to a character may be cut in two.
            cut = text.rfind("&", max(0, len(text) - 12)) if chunk else -1
            text, self._tail = (text[:cut], text[cut:]) if cut >= 0 else (text, "")
            if self._is_head and text:
                text, before = _BEFORE.subn("", text.lstrip("\ufeff \t\r\n"), count=1)
                text, self._is_head = _declare_prefixes(text), False
                self.repaired += before
            text, controls = _ILLEGAL.subn("", text)
            text, references = _REFERENCE.subn("", text)
            self.repaired += controls + references
            if text or not chunk:
                return text.encode()


def _decoder_of(head: bytes) -> codecs.IncrementalDecoder:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return codecs.getincrementaldecoder("utf-16")(errors="replace")
    declared = _DECLARED.search(head[:200])
    try:
        name = codecs.lookup(declared[1].decode() if declared else "utf-8").name
    except LookupError:
        name = "utf-8"
    if name in ("utf-8", "ascii"):
        return codecs.getincrementaldecoder("utf-8-sig")(errors="willay-cp1252")
    return codecs.getincrementaldecoder("cp1252" if name == "iso8859-1" else name)(errors="replace")


def _declare_prefixes(head: str) -> str:
    head = _DECLARATION.sub('<?xml version="1.0" encoding="UTF-8"?>', head, count=1)
    root = ROOT.search(head)
    if root is None:
        return head
    absent = [p for p in _PREFIXES if f"xmlns:{p}=" not in root[0]]
    more = "".join(f' xmlns:{prefix}="{_PREFIXES[prefix]}"' for prefix in absent)
    place = root.start() + len("<rss")
    return head[:place] + more + head[place:]
