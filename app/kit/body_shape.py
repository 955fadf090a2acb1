"""Converts any HTML to the elements of a body, so that removing the others loses nothing.

Other editors use a style, an old element or a role where a body has an element of its own: each is
converted to that element. Elements that separated words still do. Parts that were never text are
left out. The sanitiser reads the result, and it alone decides what is safe.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from app.kit import autolink, lazy_pictures, word_lists
from app.kit.allowlist import ON_EMBEDS, TAGS
from app.kit.anchors import Anchors
from app.kit.attributes import allowed_attributes
from app.kit.html_tree import INLINE, Content, ListItem, Node, is_blank, iter_nodes
from app.kit.inline_style import InlineStyle, parse_style
from app.kit.markup import Key, key_of, split_names
from app.kit.players import player_url, safe_link
from app.kit.style_context import (
    StyleContext,
    enter_block,
    enter_inline,
    style_wrappers,
    undone_wrappers,
)

_NAMES: Final = {
    **{"h1": "h2", "strike": "s", "tt": "code", "acronym": "abbr", "menu": "ul", "dir": "ul"},
    "listing": "pre",
}
_SIMPLE: Final = split_names("address center summary legend marquee")
"""Blocks that are a paragraph if they hold no other block; all unknown ones become a `div`."""

_PARTS: Final = split_names("table thead tbody tfoot tr ul ol dl")
"""Elements that hold no text of their own."""

_NOTHING: Final = split_names(
    "param source track input link meta base area col colgroup x-noscript"
)
_REFUSED: Final = split_names("x-iframe video audio object embed applet")
_OFFICE: Final = re.compile(r"xml$|[wx]:(?!sdt)|o:(?!p$)")
_BREAK: Final = "!br"
_PLAIN: Final = "!plain"
"""Marks content that undoes bold or italics of an element around it: it is moved out of that."""


@dataclass(slots=True)
class BodyShaper:
    """A body in the making. `moved` are parts of the source that continue in another form, `added`
    the parts of the result that they became."""

    hosts: Collection[str]
    anchors: Anchors
    links: bool
    moved: list[Key] = field(default_factory=list)
    added: list[Key] = field(default_factory=list)
    is_crossed: bool = False
    """Whether a block stands in a line: a parser moves it out, so another pass may be needed."""

    def shape(self, root: Node) -> Content:
        """Convert the whole body."""
        self.moved += lazy_pictures.settle_pictures(root)
        return self._shape_children(root, StyleContext())

    def _shape_children(self, node: Node, around: StyleContext) -> Content:
        """A block's content: lines wrapped as the context asks, and Word's paragraphs as lists."""
        children = self._shape_each(node, around)
        if around.wraps:
            children = self._wrap_lines(children, around.wraps)
        return _separate_lines(word_lists.gather_lists(list(_dissolve(children))))

    def _shape_each(self, node: Node, around: StyleContext) -> Content:
        out: Content = []
        for child in node.children:
            if isinstance(child, Node):
                out += self._shape_element(child, around)
            elif not around.office:
                out += self._shape_text(child, around)
        return out

    def _shape_text(self, text: str, around: StyleContext) -> Content:
        parts: Content = []
        for place, line in enumerate(text.split("\x0b")):
            parts += [Node("br")] if place else []
            if around.literal or around.link:
                parts.append(line)
            else:
                parts += (
                    autolink.link_addresses(line)
                    if self.links
                    else autolink.link_address_lines(line)
                )
        return parts

    def _shape_element(self, node: Node, around: StyleContext) -> Content:
        name = node.name
        if name in _NOTHING:
            return [" "] if name == "input" else []
        if name in _REFUSED:
            return self._shape_player(node, around)
        if _OFFICE.match(name):
            return self._shape_each(node, replace(around, office=True))
        if name in INLINE or ":" in name:
            return self._shape_inline(node, around)
        return self._shape_block(node, replace(around, office=False) if around.office else around)

    # Blocks

    def _shape_block(self, node: Node, around: StyleContext) -> Content:
        style = parse_style(node.attributes.get("style", ""))
        name = self._block_name(node, around)
        self.is_crossed |= around.phrasing
        inner = enter_block(node, name, style, around)
        if name == _BREAK:
            self.moved.append((node.name,))
            return [Node(_BREAK), *self._shape_each(node, inner), Node(_BREAK)]
        is_part = name in _PARTS or name == ""
        item = word_lists.item_of(node) if name in ("p", "div", "li") else None
        if inner.marked != (item is not None):
            inner = replace(inner, marked=item is not None)
        children = self._shape_each(node, inner) if is_part else self._shape_children(node, inner)
        if name == "":
            return children
        if name == "li" and item is None and not around.listed:
            item = ListItem(1, "")
        element = Node("li" if item else name, {}, children, has_block=node.has_block, item=item)
        if name == "pre":
            element.children = _without_first_lines(children)
        self._finish_element(node, element, style, inner)
        if item or style.bold or style.italic:
            self.moved.append(key_of(node.name, "style", node.attributes.get("style", "")))
        if name in ("ul", "ol"):
            element.children = word_lists.nest_content(children)
            items = word_lists.items_of_the_web(node, element)
            self.moved += [(name,)] if items else []
            return items or [element]
        return [element]

    def _block_name(self, node: Node, around: StyleContext) -> str:
        name, attributes = node.name, node.attributes
        if name in ("p", "div") and attributes.get("role") == "heading" and not node.has_block:
            level = attributes.get("aria-level", "")
            self.moved += [(name, "role", "heading"), (name, "aria-level", level)]
            return f"h{min(max(int(level), 2), 6)}" if re.fullmatch("[1-9]", level) else "h2"
        if name == "div" and "ListContainerWrapper" in attributes.get("class", ""):
            return ""
        name = _NAMES.get(name, name)
        if name in TAGS:
            return name
        if around.phrasing:
            return _BREAK
        return "p" if name in _SIMPLE and not node.has_block else "div"

    def _wrap_lines(self, content: Content, wraps: tuple[str, ...]) -> Content:
        """Wrap the lines beside blocks; the blocks themselves are wrapped already."""
        out: Content = []
        line: Content = []
        for child in [*content, Node("")]:
            if isinstance(child, str) or (child.name in INLINE | {_PLAIN} and not child.has_block):
                line.append(child)
                continue
            for wrap in wraps:
                line = self._wrap(wrap, line)
            out += [*line, child]
            line = []
        return out[:-1]

    # Within lines

    def _shape_inline(self, node: Node, around: StyleContext) -> Content:
        name = _NAMES.get(node.name, node.name)
        own_style = parse_style(node.attributes.get("style", ""))
        if around.marked and word_lists.is_mark(node):
            self.moved += [(node.name,), key_of(node.name, "style", node.attributes["style"])]
            return []
        if name in ("img", "br", "wbr"):
            return [self._finish_element(node, Node(name), own_style, around)]
        is_undone = own_style.undoes(name)
        wrap_names = tuple(style_wrappers(name, own_style, around))
        inner = enter_inline(name, wrap_names, own_style, around)
        if node.has_block:
            children = self._shape_children(
                node, replace(inner, wraps=(*around.wraps, *wrap_names))
            )
        else:
            children = self._shape_each(node, inner)
            for wrap in wrap_names:
                children = self._wrap(wrap, children)
        if is_undone or wrap_names:
            style = node.attributes.get("style", "")
            self.moved += [(node.name,), key_of(node.name, "style", style)]
        is_kept = name in TAGS and not is_undone
        element = Node(name if is_kept else "span", has_block=node.has_block)
        if is_kept or node.attributes:
            self._finish_element(node, element, own_style, around)
        stays = element.name != "span" or element.attributes
        out = _split_around(element, children) if stays else children
        around_it = undone_wrappers(own_style, around)
        return [Node(_PLAIN, {"of": around_it}, out)] if around_it and not node.has_block else out

    def _wrap(self, name: str, children: Content) -> Content:
        if all(is_blank(child) for child in children):
            return children
        self.added.append((name,))
        return _split_around(Node(name), children)

    # Players

    def _shape_player(self, node: Node, around: StyleContext) -> Content:
        old = node.name.removeprefix("x-")
        addresses = list(dict.fromkeys(_addresses(node)))
        for address in addresses:
            source = player_url(address, self.hosts)
            if source is not None and old not in ("video", "audio"):
                node.name = "iframe"
                element = self._finish_element(node, Node("iframe"), parse_style(""), around)
                element.attributes = (
                    {"src": source} | element.attributes | {"src": source, **ON_EMBEDS}
                )
                self.moved += [(old,), ("embed",), key_of("iframe", "src", address)]
                self.added += [("iframe",), key_of("iframe", "src", source)]
                return [element]
        link = next(filter(None, map(safe_link, addresses)), None)
        if link is None or around.link:
            return [" "]
        text = escape(node.attributes.get("title", "").strip() or link, quote=False)
        element = Node("a", {"href": link}, [text.replace("\xa0", " ")])
        self.added.append(("a",))
        return [" ", element, " "] if around.phrasing else [Node("p", {}, [element])]

    def _finish_element(
        self, node: Node, element: Node, style: InlineStyle, around: StyleContext
    ) -> Node:
        """Set the attributes of a new element, and record which old ones continue in it."""
        clean, carried = allowed_attributes(node, element.name, style, around.align, self.anchors)
        element.attributes.update(clean)
        self.moved += [key_of(node.name, *pair) for pair in carried]
        if element.name != node.name and (element.name != "span" or clean):
            self.moved.append((node.name,))
            self.added.append((element.name,))
        return element


def _split_around(element: Node, children: Content) -> Content:
    """The element around its content, except around the parts that are to be moved out of it."""
    if not any(isinstance(part, Node) and part.name == _PLAIN for part in children):
        element.children = children
        return [element]
    out: Content = []
    run = Node(element.name, element.attributes)
    rest = {key: value for key, value in element.attributes.items() if key != "id"}
    for part in [*children, Node(_PLAIN)]:
        if isinstance(part, str) or part.name != _PLAIN:
            run.children.append(part)
            continue
        out += [run] if run.children else []
        run = Node(element.name, rest)
        if part.children:
            is_out = element.name in part.attributes["of"].split()
            around = part.children if is_out else [Node(element.name, rest, part.children)]
            out.append(Node(_PLAIN, part.attributes, [*around]))
    return out


def _dissolve(content: Content) -> Iterator[Node | str]:
    for child in content:
        if isinstance(child, Node) and child.name == _PLAIN:
            yield from _dissolve(child.children)
        else:
            yield child


def _separate_lines(content: Content) -> Content:
    """Content with a break where two lines would run into each other, and nowhere else."""
    out: Content = []
    is_due = False
    for child in content:
        if isinstance(child, Node) and child.name == _BREAK:
            is_due = any(not is_blank(before) for before in out)
            continue
        if is_due and not is_blank(child):
            out.append(Node("br"))
            is_due = False
        out.append(child)
    return out


def _without_first_lines(content: Content) -> Content:
    """A `pre` without its leading line feeds, because a parser removes one at each reading."""
    children = list(content)
    while children and isinstance(children[0], str):
        children[0] = children[0].lstrip("\n")
        if children[0]:
            break
        children.pop(0)
    return children


def _addresses(node: Node) -> Iterator[str]:
    """The addresses of a player's content, from the player itself or from elements inside it."""
    for element in (node, *iter_nodes(node.children)):
        attributes = element.attributes
        if element.name == "param":
            if attributes.get("name", "").lower() in ("movie", "src", "url", "filename"):
                yield attributes.get("value", "")
        elif element.name != "img":
            yield from (
                attributes[key]
                for key in ("src", "data", "data-src", "href")
                if attributes.get(key)
            )
