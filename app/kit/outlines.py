"""Lists that a word processor wrote as paragraphs, one level a number, made lists again."""

import re
from collections.abc import Sequence
from typing import Final

from app.kit.tree import Content, Item, Node, is_blank, text_of

_LEVEL: Final = re.compile(r"mso-list:\s*(l\d+)\s+level(\d)", re.IGNORECASE)
_IGNORED: Final = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(?(?:(?P<number>\d{1,4})|(?P<letter>[a-z])|[ivxlc]+)[.)]?", re.I)


def item_of(node: Node) -> Item | None:
    """What a paragraph of Word is an item of, by its style and the mark in front of it."""
    found = _LEVEL.search(node.attributes.get("style", ""))
    if found is None:
        return None
    mark = text_of(_marks(node.children)).strip().lstrip("(")
    return _item(int(found[2]), found[1], mark)


def _item(level: int, of: str, mark: str) -> Item:
    number = _NUMBER.fullmatch(mark)
    if number is None or mark.lower() == "o":  # the hollow bullet of Word
        return Item(level, of)
    if number["number"]:
        return Item(level, of, int(number["number"]))
    first = mark[0]
    roman = "I" if first.isupper() else "i"
    if number["letter"] and first not in "iI":
        return Item(level, of, ord(first.lower()) - ord("a") + 1, "A" if first.isupper() else "a")
    return Item(level, of, 1, roman)


def _marks(content: Content) -> Content:
    found: Content = []
    for one in content:
        if isinstance(one, Node):
            found += [one] if is_mark(one) else _marks(one.children)
    return found


def is_mark(node: Node) -> bool:
    """The bullet or number that Word wrote before an item."""
    return _IGNORED.search(node.attributes.get("style", "")) is not None


def items_of_the_web(node: Node, made: Node) -> Content:
    """The items of a list of Word on the web, which puts each into a list of its own, with their
    levels; none when it is a list as any other."""
    written = [one for one in node.children if isinstance(one, Node) and one.name == "li"]
    items = [one for one in made.children if isinstance(one, Node) and one.name == "li"]
    levels = [_level_of(one) for one in written]
    if not items or len(items) != len(written) or 0 in levels:
        return []
    start = int(made.attributes.get("start", 1)) if node.name == "ol" else None
    for item, level in zip(items, levels, strict=True):
        item.item = Item(level, node.name, start, made.attributes.get("type", "1"))
        start = start + 1 if start is not None else None
    return [*items]


def _level_of(item: Node) -> int:
    said = item.attributes.get("data-aria-level") or (
        item.attributes.get("aria-level", "") if "data-listid" in item.attributes else ""
    )
    return int(said) if re.fullmatch("[1-9]", said) else 0


def nested(content: Content) -> Content:
    """What a list holds; a list right in it belongs to the item before it."""
    out: Content = []
    for one in content:
        before = next((it for it in reversed(out) if not is_blank(it)), None)
        if not isinstance(one, Node) or one.name not in ("ul", "ol"):
            out.append(one)
        elif isinstance(before, Node) and before.name == "li":
            before.children.append(one)
            before.has_block = True
        else:
            out.append(Node("li", {}, [one], has_block=True))
    return out


def gathered(content: Content) -> Content:
    """Neighbours that are items as one list, nested by their levels."""
    out: Content = []
    items: list[Node] = []
    blank: Content = []
    for one in [*content, Node("")]:
        if isinstance(one, Node) and one.item is not None:
            items.append(one)
            blank = []
        elif is_blank(one) and items:
            blank.append(one)
        else:
            out += [*_nested(items), *blank, one]
            items, blank = [], []
    return out[:-1]


def _nested(items: Sequence[Node]) -> Content:
    roots: Content = []
    lists: list[tuple[Item, Node]] = []
    for node in items:
        item = node.item
        assert item is not None
        node.item = None
        while lists and (
            lists[-1][0].level > item.level
            or (lists[-1][0].level == item.level and _kind(lists[-1][0]) != _kind(item))
        ):
            lists.pop()
        if not lists or lists[-1][0].level < item.level:
            made = _list(item)
            place = lists[-1][1].children[-1] if lists else None
            (place.children if isinstance(place, Node) else roots).append(made)
            lists.append((item, made))
        lists[-1][1].children.append(node)
    return roots


def _kind(item: Item) -> tuple[bool, str]:
    return item.start is None, item.of


def _list(item: Item) -> Node:
    attributes: dict[str, str] = {}
    if item.style != "1":
        attributes["type"] = item.style
    if item.start not in (None, 1):
        attributes["start"] = str(item.start)
    return Node("ul" if item.start is None else "ol", attributes, has_block=True)
