"""The elements of any HTML as those that a body is made of, so that taking one away loses nothing.

Other editors say with a style, an old element or a role what here an element says; each is kept
as that. What parts words goes on parting them. What never was text is left out. The sanitiser
reads the outcome, and it alone decides what is safe.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from app.kit import linking, outlines, pictures
from app.kit.allowed import ON_EMBEDS, TAGS
from app.kit.anchors import Anchors
from app.kit.around import Around, inside, undone, wraps
from app.kit.attributes import attributes
from app.kit.looks import BOLD, ITALIC, Look, look
from app.kit.markup import Key, key_of, names
from app.kit.players import linked, player
from app.kit.tree import INLINE, Content, Item, Node, is_blank, nodes

_NAMES: Final = {
    **{"h1": "h2", "strike": "s", "tt": "code", "acronym": "abbr", "menu": "ul", "dir": "ul"},
    "listing": "pre",
}
_SIMPLE: Final = names("address center summary legend marquee")
"""Blocks that are a paragraph when they hold no other block; all that are unknown are a `div`."""

_PARTS: Final = names("table thead tbody tfoot tr ul ol dl")
"""What holds no text of its own."""

_NOTHING: Final = names("param source track input link meta base area col colgroup x-noscript")
_REFUSED: Final = names("x-iframe video audio object embed applet")
_OFFICE: Final = re.compile(r"xml$|[wx]:(?!sdt)|o:(?!p$)")
_BREAK: Final = "!br"
_PLAIN: Final = "!plain"
"""Holds what is not bold, or not slanted, within what is: it is taken out of that."""


@dataclass(slots=True)
class Shape:
    """A body being made. `carried` are parts of the source that live on in another way, `made`
    those of the outcome that came of it."""

    hosts: Collection[str]
    anchors: Anchors
    links: bool
    carried: list[Key] = field(default_factory=list)
    made: list[Key] = field(default_factory=list)
    is_crossed: bool = False
    """A block stands in a line: a parser will move it out, and something else may follow."""

    def of(self, root: Node) -> Content:
        """The whole."""
        self.carried += pictures.settle(root)
        return self._held(root, Around())

    def _held(self, node: Node, around: Around) -> Content:
        """What a block holds: lines with what they take on, paragraphs of Word as lists."""
        made = self._each(node, around)
        if around.wraps:
            made = self._lines(made, around.wraps)
        return _tidy(outlines.gathered(list(_dissolved(made))))

    def _each(self, node: Node, around: Around) -> Content:
        out: Content = []
        for one in node.children:
            if isinstance(one, Node):
                out += self._one(one, around)
            elif not around.office:
                out += self._text(one, around)
        return out

    def _text(self, text: str, around: Around) -> Content:
        parts: Content = []
        for place, line in enumerate(text.split("\x0b")):
            parts += [Node("br")] if place else []
            if around.literal or around.link:
                parts.append(line)
            else:
                parts += linking.everywhere(line) if self.links else linking.lines(line)
        return parts

    def _one(self, node: Node, around: Around) -> Content:
        name = node.name
        if name in _NOTHING:
            return [" "] if name == "input" else []
        if name in _REFUSED:
            return self._player(node, around)
        if _OFFICE.match(name):
            return self._each(node, replace(around, office=True))
        if name in INLINE or ":" in name:
            return self._inline(node, around)
        return self._boxed(node, replace(around, office=False))

    # Blocks

    def _boxed(self, node: Node, around: Around) -> Content:
        seen = look(node.attributes.get("style", ""))
        name = self._block_name(node, around)
        self.is_crossed |= around.phrasing
        inner = inside(node, name, seen, around)
        if name == _BREAK:
            self.carried.append((node.name,))
            return [Node(_BREAK), *self._each(node, inner), Node(_BREAK)]
        is_part = name in _PARTS or name == ""
        item = outlines.item_of(node) if name in ("p", "div", "li") else None
        inner = replace(inner, marked=item is not None)
        held = self._each(node, inner) if is_part else self._held(node, inner)
        if name == "":
            return held
        if name == "li" and item is None and not around.listed:
            item = Item(1, "")
        made = Node("li" if item else name, {}, held, has_block=node.has_block, item=item)
        if name == "pre":
            made.children = _without_first_lines(held)
        self._finish(node, made, seen, inner)
        if item or seen.bold or seen.italic:
            self.carried.append(key_of(node.name, "style", node.attributes.get("style", "")))
        if name in ("ul", "ol"):
            made.children = outlines.nested(held)
            items = outlines.items_of_the_web(node, made)
            self.carried += [(name,)] if items else []
            return items or [made]
        return [made]

    def _block_name(self, node: Node, around: Around) -> str:
        name, said = node.name, node.attributes
        if name in ("p", "div") and said.get("role") == "heading" and not node.has_block:
            level = said.get("aria-level", "")
            self.carried += [(name, "role", "heading"), (name, "aria-level", level)]
            return f"h{min(max(int(level), 2), 6)}" if re.fullmatch("[1-9]", level) else "h2"
        if name == "div" and "ListContainerWrapper" in said.get("class", ""):
            return ""
        name = _NAMES.get(name, name)
        if name in TAGS:
            return name
        if around.phrasing:
            return _BREAK
        return "p" if name in _SIMPLE and not node.has_block else "div"

    def _lines(self, content: Content, wraps: tuple[str, ...]) -> Content:
        """Lines beside blocks with what they take on; the blocks have it already."""
        out: Content = []
        line: Content = []
        for one in [*content, Node("")]:
            if isinstance(one, str) or (one.name in INLINE | {_PLAIN} and not one.has_block):
                line.append(one)
                continue
            for wrap in wraps:
                line = self._wrapped(wrap, line)
            out += [*line, one]
            line = []
        return out[:-1]

    # Within lines

    def _inline(self, node: Node, around: Around) -> Content:
        name = _NAMES.get(node.name, node.name)
        seen = look(node.attributes.get("style", ""))
        if around.marked and outlines.is_mark(node):
            self.carried += [(node.name,), key_of(node.name, "style", node.attributes["style"])]
            return []
        if name in ("img", "br", "wbr"):
            return [self._finish(node, Node(name), seen, around)]
        is_undone = seen.undoes(name)
        asked = tuple(wraps(name, seen, around))
        inner = replace(
            around,
            bold=(around.bold or name in BOLD or "strong" in asked) and seen.bold is not False,
            italic=(around.italic or name in ITALIC or "em" in asked) and seen.italic is not False,
            link=around.link or name == "a",
            literal=around.literal or name == "code",
        )
        if node.has_block:
            held = self._held(node, replace(inner, wraps=(*around.wraps, *asked)))
        else:
            held = self._each(node, inner)
            for wrap in asked:
                held = self._wrapped(wrap, held)
        if is_undone or asked:
            style = node.attributes.get("style", "")
            self.carried += [(node.name,), key_of(node.name, "style", style)]
        is_kept = name in TAGS and not is_undone
        made = Node(name if is_kept else "span", has_block=node.has_block)
        if is_kept or node.attributes:
            self._finish(node, made, seen, around)
        stays = made.name != "span" or made.attributes
        out = _split(made, held) if stays else held
        around_it = undone(seen, around)
        return [Node(_PLAIN, {"of": around_it}, out)] if around_it and not node.has_block else out

    def _wrapped(self, name: str, held: Content) -> Content:
        if all(is_blank(one) for one in held):
            return held
        self.made.append((name,))
        return _split(Node(name), held)

    # Players

    def _player(self, node: Node, around: Around) -> Content:
        old = node.name.removeprefix("x-")
        addresses = list(dict.fromkeys(_addresses(node)))
        for address in addresses:
            source = player(address, self.hosts)
            if source is not None and old not in ("video", "audio"):
                node.name = "iframe"
                made = self._finish(node, Node("iframe"), look(""), around)
                made.attributes = {"src": source} | made.attributes | {"src": source, **ON_EMBEDS}
                self.carried += [(old,), ("embed",), key_of("iframe", "src", address)]
                self.made += [("iframe",), key_of("iframe", "src", source)]
                return [made]
        link = next(filter(None, map(linked, addresses)), None)
        if link is None or around.link:
            return [" "]
        text = escape(node.attributes.get("title", "").strip() or link, quote=False)
        made = Node("a", {"href": link}, [text.replace("\xa0", " ")])
        self.made.append(("a",))
        return [" ", made, " "] if around.phrasing else [Node("p", {}, [made])]

    def _finish(self, node: Node, made: Node, seen: Look, around: Around) -> Node:
        """Give what was made its attributes, and note what lives on in it."""
        kept, carried = attributes(node, made.name, seen, around.align, self.anchors)
        made.attributes.update(kept)
        self.carried += [key_of(node.name, *pair) for pair in carried]
        if made.name != node.name and (made.name != "span" or kept):
            self.carried.append((node.name,))
            self.made.append((made.name,))
        return made


def _split(made: Node, held: Content) -> Content:
    """The element around what it holds, but not around what is to be taken out of it."""
    if not any(isinstance(one, Node) and one.name == _PLAIN for one in held):
        made.children = held
        return [made]
    out: Content = []
    run = Node(made.name, made.attributes)
    rest = {key: value for key, value in made.attributes.items() if key != "id"}
    for one in [*held, Node(_PLAIN)]:
        if isinstance(one, str) or one.name != _PLAIN:
            run.children.append(one)
            continue
        out += [run] if run.children else []
        run = Node(made.name, rest)
        if one.children:
            is_out = made.name in one.attributes["of"].split()
            around = one.children if is_out else [Node(made.name, rest, one.children)]
            out.append(Node(_PLAIN, one.attributes, [*around]))
    return out


def _dissolved(content: Content) -> Iterator[Node | str]:
    for one in content:
        if isinstance(one, Node) and one.name == _PLAIN:
            yield from _dissolved(one.children)
        else:
            yield one


def _tidy(content: Content) -> Content:
    """With a break where two lines would run into each other, and nowhere else."""
    out: Content = []
    is_due = False
    for one in content:
        if isinstance(one, Node) and one.name == _BREAK:
            is_due = any(not is_blank(before) for before in out)
            continue
        if is_due and not is_blank(one):
            out.append(Node("br"))
            is_due = False
        out.append(one)
    return out


def _without_first_lines(content: Content) -> Content:
    """A parser takes one empty line away at each reading."""
    held = list(content)
    while held and isinstance(held[0], str):
        held[0] = held[0].lstrip("\n")
        if held[0]:
            break
        held.pop(0)
    return held


def _addresses(node: Node) -> Iterator[str]:
    """Where a player's content is, as it says itself or what is inside it."""
    for one in (node, *nodes(node.children)):
        said = one.attributes
        if one.name == "param":
            if said.get("name", "").lower() in ("movie", "src", "url", "filename"):
                yield said.get("value", "")
        elif one.name != "img":
            yield from (said[key] for key in ("src", "data", "data-src", "href") if said.get(key))
