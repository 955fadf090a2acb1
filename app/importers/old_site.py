"""The addresses of the site that a source comes from, and where they lead now."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self
from urllib.parse import unquote, urljoin, urlsplit

from app.kit.hosts import host_of
from app.kit.markup import MARKUP_BUT_BARE_TAGS
from app.kit.text import plain_path

_ADDRESS: Final = re.compile(
    r"(?P<before>\s(?P<name>href|src|poster|data-src|data-lazy-src|data-original|data-lazy)\s*=\s*)"
    r"(?:\"(?P<two>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))",
    re.IGNORECASE,
)
_SETS: Final = re.compile(
    r"\s(?:srcset|sizes|data-srcset|data-lazy-srcset|data-sizes)\s*=\s*(?:\"[^\"]*\"|'[^']*')",
    re.IGNORECASE,
)
_WHOLE: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_./-]*")
_BASE_PATH: Final = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*")
_PROXY: Final = re.compile(r"i\d\.wp\.com")


@dataclass
class OldSite:
    """A site by its address. `file_hosts` are others that serve its files."""

    base: str = ""
    file_hosts: set[str] = field(default_factory=set)

    @classmethod
    def at(cls, address: str) -> Self:
        """The site at an address, whatever the slashes at its end; empty if nobody knows it."""
        return cls(f"{address.rstrip('/')}/" if address else "")

    @property
    def host(self) -> str:
        """The host without `www.`; empty when it is not known."""
        return host_of(self.base)

    def path_of(self, address: str, page: str = "") -> str | None:
        """The path with its query, if an address of a text is on the site; `page` is the address of
        the text, to which others are relative."""
        address = address.strip()
        own = _own_path(self.base)
        if own and address.startswith(self.base):
            rest = address[len(self.base) :]
            if _SIMPLE.fullmatch(rest):
                return own + rest
        try:
            if not _WHOLE.match(address):
                address = urljoin(_page_address(self.base, page), address)
            parts = urlsplit(address)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return None
        if parts.scheme not in ("http", "https"):
            return None
        path = parts.path
        if _PROXY.fullmatch(host):  # a cache of pictures, whose paths begin with the host
            host, _, path = path.lstrip("/").partition("/")
        if host not in {self.host or "old.invalid", *self.file_hosts}:
            return None
        return f"{path}?{parts.query}" if parts.query else path or "/"

    def address_of(self, path: str) -> str:
        """The address of a path on the site, or the path if the site is not known."""
        return urljoin(self.base, path) if self.base else path


@lru_cache(maxsize=8)
def _own_path(base: str) -> str:
    """The path of a site's address, with a slash at its end; empty for an address whose paths need
    a closer look."""
    parts = urlsplit(base)
    is_plain = parts.scheme in ("http", "https") and _BASE_PATH.fullmatch(parts.path) is not None
    plain = f"{parts.scheme}://{parts.hostname}{parts.path}"
    return parts.path if is_plain and plain == base and not _PROXY.fullmatch(parts.netloc) else ""


def file_path(path: str) -> str:
    """The path of a file in its one form: without its query, escapes and slash at the start."""
    return unquote(path.partition("?")[0].partition("#")[0]).lstrip("/")


def page_path(path: str) -> str:
    """The path of a page in its one form."""
    return plain_path(path).lower()


@lru_cache(maxsize=100)
def _page_address(base: str, page: str) -> str:
    return urljoin(base or "https://old.invalid", page)


def rewrite_addresses(body: str, rewrite: Callable[[str, str], str]) -> str:
    """HTML in which `rewrite`, given the name of an element and an address in it, gave each address
    anew. A picture whose address changed loses its list of sizes."""

    def rewrite_tag(tag: re.Match[str]) -> str:
        if not tag["name"] or tag["end"]:
            return tag[0]
        name = tag["name"].lower()

        def rewrite_attribute(match: re.Match[str]) -> str:
            written = match["two"] or match["single"] or match["bare"] or ""
            address = html.unescape(written)
            new = rewrite(name, address)
            if new == address:
                return match[0]
            return f'{match["before"]}"{html.escape(new)}"'

        text = _ADDRESS.sub(rewrite_attribute, tag[0])
        return _SETS.sub("", text) if text != tag[0] and name in ("img", "source") else text

    return MARKUP_BUT_BARE_TAGS.sub(rewrite_tag, body)
