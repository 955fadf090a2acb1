"""Ids inside a body: each is unique, and the page around cannot mistake one for its own.

A script of the page reads `window.config`, and any element with that id would answer it. Two
articles on one page both have a first footnote. So an id gets a prefix that names its body, once,
and links to it within the body get the same prefix.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from urllib.parse import unquote

from app.kit.html_tree import Node

_OURS: Final = re.compile(r"t[0-9a-f]{8}-(\S{1,100})")
_UNFIT: Final = re.compile(r"[^\w:.-]+")


class Anchors:
    """The ids of one body."""

    def __init__(self, source: str, elements: Iterable[Node]) -> None:
        self._prefix = f"t{blake2b(source.encode(errors='replace'), digest_size=4).hexdigest()}-"
        self._claimed: set[str] = set()
        self._ids_by_name: dict[str, str] = {}
        self._targets: set[str] = set()
        for node in elements:
            ids = [node.attributes.get("id", "").strip()]
            ids += [node.attributes.get("name", "").strip()] if node.name == "a" else []
            first = next(filter(None, ids), "")
            if first:
                ours = self._with_prefix(first)
                for name in filter(None, ids):
                    self._ids_by_name.setdefault(name, ours)
                self._ids_by_name.setdefault(ours.split("-", 1)[1], ours)
            if node.name == "a" and (href := node.attributes.get("href", "")).startswith("#"):
                self._targets.add(href[1:])
        self._targets = {self.target(f"#{name}")[1:] for name in self._targets}

    def _with_prefix(self, name: str) -> str:
        plain = _UNFIT.sub("-", name)[:100]
        return plain if _OURS.fullmatch(plain) else f"{self._prefix}{plain}"[:110]

    def claim(self, name: str) -> str | None:
        """The new id of an element; None if an element before it has the same."""
        ours = self._with_prefix(name.strip()) if name.strip() else ""
        if not ours or ours in self._claimed:
            return None
        self._claimed.add(ours)
        return ours

    def target(self, href: str) -> str:
        """The new target of a link to an element of the body; any other address unchanged."""
        name = href[1:]
        match = self._ids_by_name.get(name) or self._ids_by_name.get(unquote(name))
        return f"#{match}" if href.startswith("#") and match else href

    def is_wanted(self, name: str) -> bool:
        """Whether a link of the body leads to this id."""
        return bool(name) and self._with_prefix(name.strip()) in self._targets
