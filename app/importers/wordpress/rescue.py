"""What can still be read of an export whose XML is damaged: its items one by one, mended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Final

from app.importers.wordpress.elements import DamagedXml, Element, read_elements
from app.importers.wordpress.xml_stream import ROOT, XmlStream

_ITEM: Final = re.compile(r"<item\b[^>]*>.*?</item\s*>", re.DOTALL)
_START: Final = re.compile(r"<item\b")
_CHANNEL: Final = re.compile(r"<channel\b[^>]*>")
_LARGEST: Final = 100_000_000
"""Letters of one item; without its end, a file would be read into memory."""
_FIELD: Final = re.compile(
    r"(?P<start><(?P<name>[\w.-]+(?::[\w.-]+)?)(?:\s[^<>]*)?>\s*<!\[CDATA\[)(?P<text>.*?)"
    r"(?P<end>\]\]>\s*</(?P=name)\s*>)",
    re.DOTALL,
)
_SPLIT_END: Final = "]]]]><![CDATA[>"
_SECTION: Final = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_AMPERSAND: Final = re.compile(r"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|amp|lt|gt|quot|apos);)")
_TITLE: Final = re.compile(r"<title>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</title>", re.DOTALL)
_NAMED_AT_MOST: Final = 5


@dataclass
class Rescue:
    """Reads what follows the first `read_count` items. `lost_items` names what cannot be mended."""

    read_count: int
    mended_count: int = 0
    lost_items: list[str] = field(default_factory=list)
    is_rss: bool = False
    is_whole: bool = False
    """Whether the channel has an end."""
    _root: str = "<rss>"

    def elements(self, stream: XmlStream) -> Iterator[Element]:
        """The items, and what stands before all of them if none was read."""
        for number, block in enumerate(self._blocks(stream)):
            if number == 0:
                root = ROOT.search(block)
                self.is_rss = root is not None
                self._root = root[0] if root else self._root
                channel = _CHANNEL.search(block)
                if self.read_count == 0 and channel:
                    text = block[channel.end() :].partition("</channel")[0]
                    yield from self._parse_channel(text, "what stands before the items")
            elif number > self.read_count:
                yield from self._parse_channel(block, _name_of(block))

    @property
    def lost_names(self) -> str:
        """The names of the first that are lost, for people."""
        names = ", ".join(self.lost_items[:_NAMED_AT_MOST])
        return names + (", …" if len(self.lost_items) > _NAMED_AT_MOST else "")

    def _blocks(self, stream: XmlStream) -> Iterator[str]:
        """What stands before the first item, then the text of each item."""
        text, is_head = "", True
        while chunk := stream.read():
            text += chunk.decode()
            if is_head and (start := _START.search(text)):
                yield text[: start.start()]
                text, is_head = text[start.start() :], False
            place = 0
            for match in () if is_head else _ITEM.finditer(text):
                yield match[0]
                place = match.end()
            text = text[place:]
            if len(text) > _LARGEST:
                break
        self.is_whole = "</channel" in text
        if is_head:
            yield text
        elif start := _START.search(text):
            yield text[start.start() :]

    def _parse_channel(self, block: str, name: str) -> list[Element]:
        for text in (block, _mend(block)):
            channel = f"{self._root}<channel>{text}</channel></rss>"
            try:
                elements = list(read_elements(BytesIO(channel.encode())))
            except DamagedXml:
                continue
            self.mended_count += text != block
            return elements
        self.lost_items.append(name)
        return []


def _mend(block: str) -> str:
    """XML in which the ends of CDATA within a text are split, and ampersands are escaped."""

    def split_ends(match: re.Match[str]) -> str:
        text = match["text"].replace(_SPLIT_END, "]]>").replace("]]>", _SPLIT_END)
        return f"{match['start']}{text}{match['end']}"

    parts = _SECTION.split(_FIELD.sub(split_ends, block))
    return "".join(
        part if number % 2 else _AMPERSAND.sub("&amp;", part) for number, part in enumerate(parts)
    )


def _name_of(block: str) -> str:
    match = _TITLE.search(block)
    return repr(unescape(match[1])[:60]) if match else "an item without a title"
