"""Walks a folder of texts: what each file is, in which language, and which address it had."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from app.importers.folder.front_matter import Facts
from app.importers.folder.site_config import SiteConfig
from app.importers.media_plan import is_media_name
from app.importers.record_fields import to_language

TEXTS: Final = frozenset({".md", ".markdown", ".mdown", ".mdx", ".html", ".htm"})
_SKIPPED: Final = frozenset(
    {"node_modules", "_site", "public", "dist", "themes", "layouts", "_layouts", "_includes"}
    | {"_sass", "archetypes", "vendor", "resources", "partials", "components"}
)
_NO_CONTENT: Final = frozenset(
    {"readme", "license", "changelog", "contributing", "code_of_conduct"}
)
_ROOTS: Final = frozenset({"content", "src", "pages", "_pages", "collections", "docs", "data"})
_ARTICLES: Final = frozenset(
    {"_posts", "_drafts", "posts", "post", "blog", "news", "articles", "article", "noticias"}
)
_NO_CONFIG: Final = SiteConfig()
_DATED: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_](.+)")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text by its path in the folder; `stem` is its name without date, language and extension."""

    path: Path
    name: str
    lang: str | None
    stem: str
    dated: str
    is_index: bool
    folders: tuple[str, ...]
    """The folders above it, without those that only hold content or name a language."""

    @property
    def group(self) -> str:
        """What its translations have in common."""
        return "/".join((*self.folders, self.dated, self.stem))

    @property
    def base_name(self) -> str:
        """The name of the file with its date, without language and extension."""
        return f"{self.dated}-{self.stem}" if self.dated else self.stem

    @property
    def references(self) -> tuple[str, ...]:
        """The names by which other texts may refer to it."""
        folders = "/".join(self.folders)
        inner = folders if self.is_index else f"{folders}/{self.base_name}"
        return (self.name, inner, PurePosixPath(self.name).name, self.stem, self.base_name)

    @property
    def is_draft(self) -> bool:
        """Whether its folder holds drafts."""
        return "_drafts" in PurePosixPath(self.name).parts

    def is_article(self, facts: Facts) -> bool:
        """Whether it is news, and no standing page: it has a date, or lies where news lies."""
        kind = str(facts.get("kind") or facts.get("type") or facts.get("layout") or "").lower()
        if kind in ("page", "article"):
            return kind == "article"
        is_news = bool(self.dated) or any(folder in _ARTICLES for folder in self.folders)
        return is_news or (not self.is_index and bool(facts.get("date") or facts.get("pubDate")))

    def permalink(self, facts: Facts) -> str:
        """The address that generators give it without being told one."""
        slug = str(facts.get("slug") or self.stem)
        folders = [folder for folder in self.folders if not folder.startswith("_")]
        lang = [self.lang] if self.lang else []
        if "_posts" in self.folders and self.dated:
            year, month, day = (part.zfill(2) for part in self.dated.split("-"))
            return "/" + "/".join([*lang, *folders, year, month, day, f"{slug}.html"])
        parts = [*lang, *folders] if self.is_index else [*lang, *folders, slug]
        return "/" + "/".join([*parts, ""])


def walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file of the folder with the reason why it holds no content, in the order of paths. Links
    are not followed: they may lead anywhere."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_symlink():
            yield path, "a link, which may lead out of the folder"
        elif path.is_dir() or any(part.startswith(".") for part in parts):
            continue
        elif is_media_name(path.name):
            yield path, ""
        elif any(part in _SKIPPED for part in parts[:-1]):
            yield path, "made by the generator, or a part of its look"
        elif path.suffix.lower() not in TEXTS:
            yield path, f"no text, picture or PDF ({path.suffix.lower()[:10] or 'no extension'})"
        elif len(parts) == 1 and path.stem.lower() in _NO_CONTENT:
            yield path, "about the folder itself"
        else:
            yield path, ""


def to_text_file(
    path: Path, folder: Path, languages: Sequence[str], config: SiteConfig = _NO_CONFIG
) -> TextFile:
    """What the name and the folders of a text tell."""
    name = path.relative_to(folder).as_posix()
    lang: str | None = None
    inner = name
    for place, code in config.lang_folders.items():
        if name.startswith(f"{place}/"):
            lang, inner = to_language(code, languages), name[len(place) + 1 :]
    *above, last = PurePosixPath(inner).parts
    stem = last.rpartition(".")[0]
    head, _, code = stem.rpartition(".")
    if head and (found := to_language(code, languages)) is not None and len(code) <= 7:
        stem, lang = head, found
    folders: list[str] = []
    roots = _ROOTS if config.roots is None else config.roots
    for part in above:
        is_code = re.fullmatch(r"[a-z]{2}(-\w+)?", part) is not None
        folder_lang = to_language(part, languages) if is_code else None
        if folder_lang is not None and not folders:
            lang = lang or folder_lang
        elif part not in roots or folders:
            folders.append(part)
    is_index = stem in ("index", "_index")
    if is_index:
        stem = folders[-1] if folders else "home"
    dated = ""
    if match := _DATED.fullmatch(stem):
        dated, stem = match[1], match[2]
    return TextFile(path, name, lang, stem, dated, is_index, tuple(folders))


def first_fact(facts: Facts, *names: str) -> Any:
    """The first of these facts that says something; names are compared without their case."""
    lower = {str(key).lower().replace("-", "_"): value for key, value in facts.items()}
    values = (lower.get(name.lower()) for name in names)
    return next((value for value in values if value not in (None, "", [], {})), None)
