"""Turns paragraphs that a word processor wrote for a list, with numbered levels, into lists."""

import re
from collections.abc import Sequence
from typing import Final

from app.kit.html_tree import Content, ListItem, Node, is_blank, text_of

_LEVEL: Final = re.compile(r"mso-list:\s*(l\d+)\s+level(\d)", re.IGNORECASE)
_IGNORED: Final = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(?(?:(?P<number>\d{1,4})|(?P<letter>[a-z])|[ivxlc]+)[.)]?", re.I)


def item_of(node: Node) -> ListItem | None:
    """The list item that a paragraph of Word stands for, by its style and its mark."""
    match = _LEVEL.search(node.attributes.get("style", ""))
    if match is None:
        return None
    mark = text_of(_marks(node.children)).strip().lstrip("(")
    return _item(int(match[2]), match[1], mark)


def _item(level: int, of: str, mark: str) -> ListItem:
    number = _NUMBER.fullmatch(mark)
    if number is None or mark.lower() == "o":  # the hollow bullet of Word
        return ListItem(level, of)
    if number["number"]:
        return ListItem(level, of, int(number["number"]))
    first = mark[0]
    roman = "I" if first.isupper() else "i"
    if number["letter"] and first not in "iI":
        return ListItem(
            level, of, ord(first.lower()) - ord("a") + 1, "A" if first.isupper() else "a"
        )
    return ListItem(level, of, 1, roman)


def _marks(content: Content) -> Content:
    marks: Content = []
    for child in content:
        if isinstance(child, Node):
            marks += [child] if is_mark(child) else _marks(child.children)
    return marks


def is_mark(node: Node) -> bool:
    """Whether a node is the bullet or number that Word wrote before an item."""
    return _IGNORED.search(node.attributes.get("style", "")) is not None


def items_of_the_web(node: Node, target: Node) -> Content:
    """The items, with their levels, of a list that Word on the web wrote, with a list for each
    item. Empty for any other list."""
    written = [child for child in node.children if isinstance(child, Node) and child.name == "li"]
    items = [child for child in target.children if isinstance(child, Node) and child.name == "li"]
    levels = [_level_of(child) for child in written]
    if not items or len(items) != len(written) or 0 in levels:
        return []
    start = int(target.attributes.get("start", 1)) if node.name == "ol" else None
    for item, level in zip(items, levels, strict=True):
        item.item = ListItem(level, node.name, start, target.attributes.get("type", "1"))
        start = start + 1 if start is not None else None
    return [*items]


def _level_of(item: Node) -> int:
    message = item.attributes.get("data-aria-level") or (
        item.attributes.get("aria-level", "") if "data-listid" in item.attributes else ""
    )
    return int(message) if re.fullmatch("[1-9]", message) else 0


def nest_content(content: Content) -> Content:
    """The content of a list; a list directly inside it moves into the item before it."""
    out: Content = []
    for child in content:
        before = next((it for it in reversed(out) if not is_blank(it)), None)
        if not isinstance(child, Node) or child.name not in ("ul", "ol"):
            out.append(child)
        elif isinstance(before, Node) and before.name == "li":
            before.children.append(child)
            before.has_block = True
        else:
            out.append(Node("li", {}, [child], has_block=True))
    return out


def gather_lists(content: Content) -> Content:
    """Content with neighbouring items as one list, nested by their levels."""
    out: Content = []
    items: list[Node] = []
    blank: Content = []
    for child in [*content, Node("")]:
        if isinstance(child, Node) and child.item is not None:
            items.append(child)
            blank = []
        elif is_blank(child) and items:
            blank.append(child)
        else:
            out += [*_nest_items(items), *blank, child]
            items, blank = [], []
    return out[:-1]


def _nest_items(items: Sequence[Node]) -> Content:
    roots: Content = []
    lists: list[tuple[ListItem, Node]] = []
    for node in items:
        item = node.item
        assert item is not None
        node.item = None
        while lists and (
            lists[-1][0].level > item.level
            or (lists[-1][0].level == item.level and _list_kind(lists[-1][0]) != _list_kind(item))
        ):
            lists.pop()
        if not lists or lists[-1][0].level < item.level:
            list_node = _to_list(item)
            place = lists[-1][1].children[-1] if lists else None
            (place.children if isinstance(place, Node) else roots).append(list_node)
            lists.append((item, list_node))
        lists[-1][1].children.append(node)
    return roots


def _list_kind(item: ListItem) -> tuple[bool, str]:
    return item.start is None, item.of


def _to_list(item: ListItem) -> Node:
    attributes: dict[str, str] = {}
    if item.style != "1":
        attributes["type"] = item.style
    if item.start not in (None, 1):
        attributes["start"] = str(item.start)
    return Node("ul" if item.start is None else "ol", attributes, has_block=True)
