"""Elements and text of HTML that our parser wrote, as a tree whose parts can be moved.

A parser's output has one form: each element is closed, attributes are in double quotes that values
never hold, and text is escaped. This module reads no other form correctly, and judges nothing safe.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from app.kit.markup import VOID, split_names

_TOKEN: Final = re.compile(
    r'<(?P<end>/?)(?P<name>[a-z][^\s<>/]*)(?P<attributes>(?: [^\s="<>/]+="[^"]*")*)>|[^<]+|<'
)
_ATTRIBUTE: Final = re.compile(r' ([^\s="<>/]+)="([^"]*)"')
_DEEPEST: Final = 100
"""Deeper elements are replaced by their content: walking a tree must not exhaust the stack."""

INLINE: Final = split_names(
    "a abbr acronym b bdi bdo big blink br cite code data del dfn em font i img ins kbd label mark"
    " nobr q rp rt ruby s samp small span strike strong sub sup time tt u var wbr"
)
"""Elements within a line; all others separate the text before them from the text after."""


@dataclass(frozen=True, slots=True)
class ListItem:
    """Marks a paragraph that stands for an item of a list."""

    level: int
    of: str
    """The identity of the list; items of another one begin a new list."""
    start: int | None = None
    """The item's number, if it has one."""
    style: str = "1"


@dataclass(slots=True)
class Node:
    """An element; text among its children is escaped."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)
    has_block: bool = False
    item: ListItem | None = None


Content = list[Node | str]


def parse_html(source: str) -> Node:
    """Parse HTML into a nameless element that holds everything."""
    root = Node("")
    open_elements = [root]
    too_deep = 0
    for token in _TOKEN.finditer(source):
        parent, name = open_elements[-1], token["name"]
        if name is None:
            parent.children.append(token[0])
        elif token["end"]:
            if too_deep:
                too_deep -= 1
                parent.children.append("" if name in INLINE else "\n")
            elif parent is not root:
                open_elements.pop()
        else:
            if name not in INLINE:
                for above in reversed(open_elements):
                    if above.has_block:
                        break
                    above.has_block = True
            if name not in VOID and len(open_elements) > _DEEPEST:
                too_deep += 1
                parent.children.append("" if name in INLINE else "\n")
                continue
            node = Node(name)
            if token["attributes"]:
                pairs = _ATTRIBUTE.findall(token["attributes"])
                node.attributes = {key: html.unescape(value) for key, value in pairs}
            parent.children.append(node)
            if name not in VOID:
                open_elements.append(node)
    return root


def iter_nodes(content: Iterable[Node | str]) -> Iterator[Node]:
    """Every element, in the order of the document."""
    for child in content:
        if isinstance(child, Node):
            yield child
            yield from iter_nodes(child.children)


def text_of(content: Iterable[Node | str]) -> str:
    """The text inside, unescaped."""
    parts = [child if isinstance(child, str) else "".join(_texts(child)) for child in content]
    return html.unescape("".join(parts))


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        yield from (child,) if isinstance(child, str) else _texts(child)


def is_blank(child: Node | str) -> bool:
    """Whether it is text without a visible character."""
    return isinstance(child, str) and not child.strip()


def to_html(content: Iterable[Node | str]) -> str:
    """Content as HTML."""
    out: list[str] = []
    _write_nodes(content, out)
    return "".join(out)


def _write_nodes(content: Iterable[Node | str], out: list[str]) -> None:
    for child in content:
        if isinstance(child, str):
            out.append(child)
            continue
        pairs = (f' {key}="{html.escape(value)}"' for key, value in child.attributes.items())
        out.append(f"<{child.name}{''.join(pairs)}>")
        if child.name not in VOID:
            _write_nodes(child.children, out)
            out.append(f"</{child.name}>")
