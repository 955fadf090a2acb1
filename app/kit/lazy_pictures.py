"""Pictures that a page loads only when they scroll into view: each once, by its own address."""

import re
from collections.abc import Iterator
from typing import Final

from app.kit.html_tree import Content, Node, is_blank, iter_nodes
from app.kit.markup import Key, key_of

_LATER: Final = ("data-src", "data-lazy-src", "data-original", "data-lazy")
_SETS: Final = ("data-srcset", "data-lazy-srcset", "srcset")
_NOWHERE: Final = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:|\s*(?:about:|#|$)", re.IGNORECASE)


def settle_pictures(root: Node) -> list[Key]:
    """Give each picture its own address, and replace each `noscript` by the pictures only it has.

    Return the attributes that continue in an address, as `markup.diff_markup` names them.
    """
    carried: list[Key] = []
    addresses = {address for node in _pictures(root) if (address := _address(node))}
    for parent in [root, *iter_nodes(root.children)]:
        for place, child in enumerate(parent.children):
            if isinstance(child, Node) and child.name == "x-noscript":
                beside = _neighbour_picture(parent.children, place)
                pictures = [node for node in iter_nodes(child.children) if node.name == "img"]
                fresh = [
                    node for node in pictures if (it := _address(node)) and it not in addresses
                ]
                parent.children[place] = _noscript_replacement(fresh, beside, addresses)
                if parent.children[place] == "":
                    carried += [key for node in pictures for key in _keys(node)]
    for node in _pictures(root):
        if (address := _address(node)) and address != node.attributes.get("src"):
            carried += [key for key in _keys(node) if address in key[-1]]
            node.attributes["src"] = address
    return carried


def _pictures(root: Node) -> Iterator[Node]:
    """The pictures outside of any `noscript`."""
    for child in root.children:
        if isinstance(child, Node) and child.name != "x-noscript":
            if child.name == "img":
                yield child
            yield from _pictures(child)


def _address(picture: Node) -> str:
    attributes = picture.attributes
    single = [attributes.get(key, "") for key in (*_LATER, "src")]
    several = [_largest_source(attributes.get(key, "")) for key in _SETS]
    return next(
        (
            candidate
            for candidate in (*single, *several)
            if candidate and not _NOWHERE.match(candidate)
        ),
        "",
    )


def _largest_source(candidates: str) -> str:
    best, most = "", -1.0
    for candidate in re.split(r",\s+|,(?=https?:|/)", candidates):
        address, _, size = candidate.strip().partition(" ")
        number = re.match(r"[\d.]+", size.strip())
        width = float(number[0].strip(".") or 0) if number else 1.0
        if address and width > most:
            best, most = address, width
    return best


def _neighbour_picture(content: Content, place: int) -> Node | None:
    """The picture directly before or after."""
    for step in (-1, 1):
        near = place + step
        if 0 <= near < len(content) and is_blank(content[near]):
            near += step
        neighbour = content[near] if 0 <= near < len(content) else None
        if isinstance(neighbour, Node):
            inside = (
                [neighbour, *iter_nodes(neighbour.children)]
                if neighbour.name in ("img", "a", "picture")
                else []
            )
            if picture := next((node for node in inside if node.name == "img"), None):
                return picture
    return None


def _keys(picture: Node) -> list[Key]:
    attributes = picture.attributes.items()
    return [("img",), *(key_of("img", name, value) for name, value in attributes)]


def _noscript_replacement(
    fresh: list[Node], neighbour: Node | None, addresses: set[str]
) -> Node | str:
    """The replacement of a `noscript`: its pictures, unless others show them already."""
    if neighbour is not None and fresh:
        if not _address(neighbour):
            neighbour.attributes["src"] = _address(fresh[0])
            addresses.add(_address(fresh[0]))
        return ""
    addresses |= {_address(node) for node in fresh}
    return Node("span", {}, [*fresh]) if fresh else ""
