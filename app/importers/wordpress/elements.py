"""The elements of an export one by one, each forgotten once it was handed out.

The trees of the standard library make an event of each beginning and each end, which takes half as
long again. A document type is refused where it begins, so that no entity is ever declared.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, Protocol
from xml.parsers import expat

from app.errors import Invalid

DamagedXml = expat.ExpatError
"""What `read_elements` raises where the XML breaks off or is damaged."""

_ABOVE: Final = 2
"""The elements around those that are handed out: `rss` and its `channel`."""


class Element:
    """An element by its name without a namespace; `text` is what stands before its first child."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []


class Portions(Protocol):
    """XML in portions; the last one is empty."""

    def read(self) -> bytes:
        """The next portion."""
        ...


def read_elements(stream: Portions) -> Iterator[Element]:
    """The children of the channel in their order. Those before the place of an error are whole:
    `DamagedXml`, or `Invalid` (`unsafe_xml`) for a document type."""
    builder = _ElementBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.texts.append
    is_open = True
    while is_open:
        portion = stream.read()
        is_open = bool(portion)
        try:
            parser.Parse(portion, not portion)
        finally:
            yield from builder.take_finished()


def _refuse_document_type(*_about: object) -> None:
    message = "The file declares a document type or entities, which no export of WordPress does;"
    raise Invalid("unsafe_xml", f"{message} it is not read.")


class _ElementBuilder:
    """What a parser tells, as elements."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """The parts of the text since the last tag."""
        self._open: list[Element] = []
        self._finished: list[Element] = []

    def take_finished(self) -> list[Element]:
        """Take the elements that have ended since the last time."""
        finished, self._finished = self._finished, []
        return finished

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        element = Element(_local_name(tag), attributes)
        if len(self._open) > _ABOVE:
            parent = self._open[-1]
            if not parent.children:
                parent.text = "".join(self.texts)
            parent.children.append(element)
        self.texts.clear()
        self._open.append(element)

    def end(self, _tag: str) -> None:
        """An element ends."""
        element = self._open.pop()
        if not element.children:
            element.text = "".join(self.texts)
        self.texts.clear()
        if len(self._open) == _ABOVE:
            self._finished.append(element)


@lru_cache(maxsize=1_000)
def _local_name(tag: str) -> str:
    """The name without its namespace. The text and the excerpt have the same one, `encoded`."""
    space, _, name = tag.rpartition("}")
    if name != "encoded":
        return name
    return "excerpt" if "excerpt" in space else "content"
