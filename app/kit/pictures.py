"""Pictures that a page shows only when they scroll into sight: each once, by its own address."""

import re
from collections.abc import Iterator
from typing import Final

from app.kit.markup import Key, key_of
from app.kit.tree import Content, Node, is_blank, nodes

_LATER: Final = ("data-src", "data-lazy-src", "data-original", "data-lazy")
_SETS: Final = ("data-srcset", "data-lazy-srcset", "srcset")
_NOWHERE: Final = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:|\s*(?:about:|#|$)", re.IGNORECASE)


def settle(root: Node) -> list[Key]:
    """Give each picture its own address, and put those that only `noscript` has in its place.

    The attributes that live on in an address are told, as `markup.removed` names them.
    """
    carried: list[Key] = []
    shown = {address for node in _pictures(root) if (address := _address(node))}
    for parent in [root, *nodes(root.children)]:
        for place, one in enumerate(parent.children):
            if isinstance(one, Node) and one.name == "x-noscript":
                beside = _beside(parent.children, place)
                pictures = [node for node in nodes(one.children) if node.name == "img"]
                fresh = [node for node in pictures if (it := _address(node)) and it not in shown]
                parent.children[place] = _instead(fresh, beside, shown)
                if parent.children[place] == "":
                    carried += [key for node in pictures for key in _keys(node)]
    for node in _pictures(root):
        if (address := _address(node)) and address != node.attributes.get("src"):
            carried += [key for key in _keys(node) if address in key[-1]]
            node.attributes["src"] = address
    return carried


def _pictures(root: Node) -> Iterator[Node]:
    """Those that are not in a `noscript`."""
    for one in root.children:
        if isinstance(one, Node) and one.name != "x-noscript":
            if one.name == "img":
                yield one
            yield from _pictures(one)


def _address(picture: Node) -> str:
    said = picture.attributes
    single = [said.get(key, "") for key in (*_LATER, "src")]
    several = [_largest(said.get(key, "")) for key in _SETS]
    return next((one for one in (*single, *several) if one and not _NOWHERE.match(one)), "")


def _largest(candidates: str) -> str:
    best, most = "", -1.0
    for candidate in re.split(r",\s+|,(?=https?:|/)", candidates):
        address, _, size = candidate.strip().partition(" ")
        number = re.match(r"[\d.]+", size.strip())
        width = float(number[0].strip(".") or 0) if number else 1.0
        if address and width > most:
            best, most = address, width
    return best


def _beside(content: Content, place: int) -> Node | None:
    """The picture right before or after."""
    for step in (-1, 1):
        near = place + step
        if 0 <= near < len(content) and is_blank(content[near]):
            near += step
        one = content[near] if 0 <= near < len(content) else None
        if isinstance(one, Node):
            inside = [one, *nodes(one.children)] if one.name in ("img", "a", "picture") else []
            if picture := next((node for node in inside if node.name == "img"), None):
                return picture
    return None


def _keys(picture: Node) -> list[Key]:
    said = picture.attributes.items()
    return [("img",), *(key_of("img", name, value) for name, value in said)]


def _instead(fresh: list[Node], beside: Node | None, shown: set[str]) -> Node | str:
    """What stands for a `noscript`: its pictures, when no other shows them already."""
    if beside is not None and fresh:
        if not _address(beside):
            beside.attributes["src"] = _address(fresh[0])
            shown.add(_address(fresh[0]))
        return ""
    shown |= {_address(node) for node in fresh}
    return Node("span", {}, [*fresh]) if fresh else ""
