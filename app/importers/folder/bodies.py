"""A text of a folder as Markdown or HTML of our own: shortcodes, titles, addresses."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from app.importers.address_rewriter import AddressRewriter, TextMedia
from app.importers.folder.codes import CodeRules, change_prose, render_codes
from app.importers.folder.files import TextFile
from app.importers.media_plan import is_media_name
from app.importers.old_site import rewrite_addresses
from app.importers.source_report import Note
from app.importers.stray_tags import escape_stray_tags, unwrap_buttons
from app.importers.text_repair import repair_body
from app.kit.text import plain_text

_HEADING: Final = re.compile(
    r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)|\A\s*(\S.*)\n=+[ \t]*(?:\n|\Z)"
)
_MORE: Final = re.compile(r"<!--\s*more\s*-->|\{/\*\s*more\s*\*/\}", re.IGNORECASE)
_TARGET: Final = re.compile(
    r"(?P<before>!?\[[^\]\n]*\]\(\s*)(?P<angle><?)(?P<target>[^()\s<>]+)(?=>?[\s)])"
)
_DEFINED: Final = re.compile(
    r"(?m)^(?P<before> {0,3}\[[^\]\n^][^\]\n]*\]:) +<?(?P<target>[^\s<>]+)>?"
)
_PUBLIC: Final = ("", "static", "public", "assets", "src", "src/assets", "content", "source")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-\w+)?")
_HTML_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_HTML_BODY: Final = re.compile(r"<body[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)

Rewrite = Callable[[str, str], str]


@dataclass(slots=True)
class FolderText:
    """A body with its format, the title that it begins with, and what stands before its `more`."""

    body: str
    body_format: str
    title: str = ""
    teaser: str = ""
    media: TextMedia = field(default_factory=dict)


@lru_cache(maxsize=4)
def _roots_in(folder: Path) -> tuple[str, ...]:
    """Where the root of the site may be: each language may have a folder of its own below it."""
    found = sorted(folder.glob("content/*")) if (folder / "content").is_dir() else []
    codes = [path.name for path in found if path.is_dir() and _LANGUAGE.fullmatch(path.name)]
    return (*_PUBLIC, *(f"content/{code}" for code in codes))


def find_file(folder: Path, text: TextFile, target: str) -> str | None:
    """The path within the folder of a file that a text names, by itself or from the site's root."""
    plain = unquote(target.partition("?")[0].partition("#")[0])
    if not is_media_name(plain) or "://" in plain:
        return None
    near = [] if plain.startswith("/") else [PurePosixPath(text.name).parent / plain]
    root = folder.resolve()
    places = [*near, *(PurePosixPath(each) / plain.lstrip("/") for each in _roots_in(root))]
    for place in places:
        try:
            whole = (root / place).resolve()
            is_hidden = any(part.startswith(".") for part in whole.relative_to(root).parts)
            if whole.is_file() and not is_hidden:
                return whole.relative_to(root).as_posix()
        except (OSError, ValueError):
            continue
    return None


def targets_in(body: str) -> list[str]:
    """The addresses in a text, in Markdown and in HTML."""
    targets = [
        match["target"] for pattern in (_TARGET, _DEFINED) for match in pattern.finditer(body)
    ]

    def keep(_element: str, address: str) -> str:
        targets.append(address)
        return address

    rewrite_addresses(body, keep)
    return [*targets, *re.findall(r"\bsrc=[\"']?([^\s\"'>%}]+)", body)]


@dataclass(frozen=True, slots=True)
class FolderRenderer:
    """Renders the texts of a folder, once it is surveyed."""

    folder: Path
    rewriter: AddressRewriter
    drop_unknown: bool

    def render(self, source: str, text: TextFile, page: str, *, has_title: bool) -> FolderText:
        """The text after the front matter; `page` is the address that it had."""
        place = text.name
        note = partial(self.rewriter.report.note, place=place)
        body = repair_body(source, place, self.rewriter.report)
        is_html = text.path.suffix.lower() in (".html", ".htm")
        content = FolderText(body, "html" if is_html else "markdown")
        if is_html:
            self._take_document(content)
        present: set[str] = set()  # addresses that are new already

        def find_page(target: str) -> str | None:
            location = self.find_page(text, target)
            present.update([location] if location else [])
            return location

        def rewrite(element: str, address: str) -> str:
            if address in present:
                return address
            return self._rewrite(content.media, text, page, element, address)

        rules = CodeRules(find_page, self.drop_unknown, note)
        body = render_codes(content.body, rules, is_module=text.path.suffix == ".mdx")
        body = change_prose(body, partial(_escape_tags, note, is_html))
        if not is_html and not has_title and (match := _HEADING.match(body)):
            content.title, body = match[1] or match[2], body[match.end() :]
        before = _MORE.split(body, maxsplit=1)
        if len(before) > 1:
            content.teaser = before[0]
            body = _MORE.sub("", body)
        content.body = change_prose(body, partial(_rewrite_body, rewrite)).strip()
        return content

    def picture(self, text: TextFile, target: str, page: str, media: TextMedia) -> str:
        """The reference to the medium of a picture in the front matter, or its address."""
        return self._rewrite(media, text, page, "img", target)

    def find_page(self, text: TextFile, target: str) -> str | None:
        """The address of a text that another one names by its file, with or without its folders."""
        name, mark, fragment = target.strip().partition("#")
        key = self._find_text(text, name) if name else None
        facts: dict[str, Any] | None = self.rewriter.index.get("text", key) if key else None
        if facts is None:
            return None
        location = self.rewriter.page_urls.location(facts["kind"], facts["slug"], facts["lang"])
        return f"{location}{mark}{fragment}"

    def _find_text(self, text: TextFile, name: str) -> str | None:
        """The key of a text: the one beside this text first, then one in its language."""
        near = posixpath.normpath((PurePosixPath(text.name).parent / name).as_posix())
        lang = self.rewriter.index.get("text", text.name)["lang"]
        plain = reference_key(name)
        keys = (reference_key(near), f"{lang}:{plain}", plain)
        found_texts = (self.rewriter.index.get("ref", key) for key in keys)
        return next((key for key in found_texts if key is not None), None)

    def _rewrite(
        self, media: TextMedia, text: TextFile, page: str, element: str, address: str
    ) -> str:
        path = find_file(self.folder, text, address)
        if path is not None:
            return self.rewriter.file_reference(path, media, text.name)
        if address.partition("#")[0].endswith((".md", ".mdx", ".markdown")):
            found_page = self.find_page(text, address)
            if found_page is not None:
                return found_page
        return self.rewriter.rewrite(media, text.name, page, element, address)

    def _take_document(self, content: FolderText) -> None:
        """Of a whole document of HTML, its title and its body."""
        if match := _HTML_TITLE.search(content.body):
            content.title = " ".join(plain_text(match[1]).split())
        if match := _HTML_BODY.search(content.body):
            content.body = match[1]


def reference_key(name: str) -> str:
    """The name of a file as shortcodes give it: without its extension and slashes around it."""
    plain = re.sub(r"\.(?:md|mdx|markdown|html?)$", "", name.strip("/ ").lower())
    return re.sub(r"/_?index$", "", plain)


def _escape_tags(note: Note, is_html: bool, prose: str) -> str:
    prose = unwrap_buttons(prose, note)
    if is_html:
        return escape_stray_tags(prose, note)
    # Markdown reads `<https://…>` and `<a@b.org>` as links.
    parts = re.split(r"(<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*>|<[^\s<>@]+@[^\s<>]+>)", prose)
    return "".join(
        p if number % 2 else escape_stray_tags(p, note) for number, p in enumerate(parts)
    )


def _rewrite_body(rewrite: Rewrite, prose: str) -> str:
    def rewrite_target(match: re.Match[str]) -> str:
        element = "img" if match["before"].startswith("!") else "a"
        return match["before"] + match["angle"] + rewrite(element, match["target"])

    prose = _TARGET.sub(rewrite_target, prose)
    prose = _DEFINED.sub(lambda m: f"{m['before']} {rewrite('a', m['target'])}", prose)
    return rewrite_addresses(prose, rewrite)
