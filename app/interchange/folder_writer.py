"""Markdown out: every text as a file with front matter, its media beside it, for any generator.

An export into a folder that an earlier one made writes what has changed and removes what is gone;
it touches no file that it did not write.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from app.changes import head
from app.editorial import exporting, media_import
from app.editorial.content import ArticleInput
from app.editorial.exporting import ArticleState
from app.editorial.media_import import MediumState
from app.editorial.tags import TagInput
from app.errors import Conflict
from app.interchange.media_records import MEDIA_PATH
from app.interchange.whole_files import write_whole
from app.kit.clock import rfc3339
from app.kit.sanitise import render_body
from app.library.file_names import stored_name
from app.runtime import Runtime

_AT_ONCE: Final = 200
_MANIFEST: Final = ".willay-export.json"
_EXTENSIONS: Final = {"markdown": "md", "html": "html", "text": "html"}


@dataclass
class FolderExport:
    """An export into one folder. `counts` says how many files were written, unchanged, removed."""

    runtime: Runtime
    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    _names: set[str] = field(default_factory=set)
    """The files of this export."""
    _media_names: dict[str, str] = field(default_factory=dict)
    """The path of the file of each medium, by its id."""

    def write(self, advance: Callable[[int], None]) -> None:
        """Write everything. `Conflict` (`folder_in_use`) when the folder holds files of others."""
        before = self._files_before()
        with self.runtime.database.reading() as tx:
            now = head(tx).moment(self.runtime.clock())
            self._write_tags(tag for _, tag, *_ in exporting.tags(tx))
            media = list(self._media(media_import.list_states(tx)))
            for ids in exporting.article_ids(tx, _AT_ONCE):
                address = self.runtime.site_rules.address
                for state in exporting.articles(tx, ids, now, address, with_media=True):
                    self._write_article(state)
                advance(len(ids))
        for name, storage_name, size in media:
            self._write_medium(name, storage_name, size)
        for name in sorted(before - self._names):
            (self.folder / name).unlink(missing_ok=True)
            self.counts["removed"] += 1
        manifest = json.dumps(sorted(self._names), indent=0, ensure_ascii=False)
        self._replace(_MANIFEST, manifest.encode())

    def _files_before(self) -> set[str]:
        """The files that an earlier export wrote."""
        manifest = self.folder / _MANIFEST
        if manifest.is_file():
            names = json.loads(manifest.read_text(encoding="utf-8"))
            return {name for name in names if self._is_inside(name)}
        if self.folder.is_dir() and any(self.folder.iterdir()):
            message = f"{self.folder} holds files of others; name a new folder, or an empty one."
            raise Conflict("folder_in_use", message)
        return set()

    def _is_inside(self, name: str) -> bool:
        return (self.folder / name).resolve().is_relative_to(self.folder.resolve())

    def _media(self, states: Iterator[MediumState]) -> Iterator[tuple[str, str, int]]:
        """The one file of each medium that every program shows: its name, and where it is."""
        for state in states:
            files = [file for file in state.files if file.media_type != "image/webp"]
            file = max(files or state.files, key=lambda kept_file: kept_file.width or 0)
            name = f"media/{state.media.id}.{file.name.rpartition('.')[2]}"
            self._media_names[str(state.media.id)] = name
            yield f"static/{name}", stored_name(file.sha256, file.media_type), file.bytes

    def _write_tags(self, tags: Iterable[TagInput]) -> None:
        rows = {
            tag.slug: {
                "type": tag.type,
                "names": dict(tag.names),
                **({"parent": tag.parent} if tag.parent else {}),
            }
            for tag in tags
        }
        if rows:
            self._put("data/tags.yaml", _to_yaml(dict(sorted(rows.items()))).encode())

    def _write_article(self, state: ArticleState) -> None:
        kind = "pages" if state.content.kind == "page" else "posts"
        place = "drafts" if state.status == "draft" else f"content/{kind}"
        self._write_text(place, state.content, self._facts(state))
        later = [state.draft] if state.draft is not None else []
        later += [planned.content for planned in state.scheduled]
        for number, content in enumerate(later, start=1):
            facts = {"draft": True, "newer_text_of": state.content.slug, **_plain_facts(content)}
            self._write_text(f"drafts/newer-{number}", content, facts)

    def _facts(self, state: ArticleState) -> dict[str, Any]:
        facts: dict[str, Any] = _plain_facts(state.content)
        if state.status not in ("published", "scheduled"):
            facts |= {"draft": True, "status": state.status}
        if state.status == "scheduled" and state.visible_from is not None:
            facts["publishDate"] = rfc3339(state.visible_from)
        if state.visible_until is not None:
            facts["expiryDate"] = rfc3339(state.visible_until)
        if paths := [*state.paths, *(f"/{slug}" for slug in state.former_slugs)]:
            facts["aliases"] = list(dict.fromkeys(paths))
        if state.translations:
            slugs = [slug for _, slug in state.translations]
            facts["translationKey"] = min([*slugs, state.content.slug or ""])
        facts["id"] = str(state.origin.id)
        return facts

    def _write_text(self, place: str, content: ArticleInput, facts: dict[str, Any]) -> None:
        body = content.body
        if content.body_format == "text":
            body = render_body(body, "text").html
        if content.image is not None:
            facts["image"] = self._image_facts(content)
        body = self._with_own_media(body)
        name = f"{place}/{content.slug}.{content.lang}.{_EXTENSIONS[content.body_format]}"
        self._put(name, f"---\n{_to_yaml(facts)}---\n{body}\n".encode())

    def _image_facts(self, content: ArticleInput) -> dict[str, str]:
        assert content.image is not None
        key = str(content.image.media_id or "")
        source = f"/{self._media_names[key]}" if key in self._media_names else content.image.url
        facts = {"src": source, "alt": content.image.alt, "caption": content.image.caption}
        facts["credit"] = content.image.credit
        return {name: text for name, text in facts.items() if text}

    def _with_own_media(self, body: str) -> str:
        """The body, whose media are beside it and no more at the service."""
        base = re.escape(self.runtime.site_rules.address)

        def to_own(match: re.Match[str]) -> str:
            name = self._media_names.get(match[1])
            return f"/{name}" if name is not None else match[0]

        return re.sub(f"(?:{base})?{MEDIA_PATH.pattern}", to_own, body)

    def _write_medium(self, name: str, storage_name: str, size: int) -> None:
        self._names.add(name)
        target = self.folder / name
        if target.is_file() and target.stat().st_size == size:
            self.counts["unchanged"] += 1  # a medium keeps its file under its id
            return
        write_whole(target, self.runtime.storage.read(storage_name, 0, size))
        self.counts["written"] += 1

    def _put(self, name: str, content: bytes) -> None:
        """Write a file of the export, and count it."""
        self._names.add(name)
        self.counts["written" if self._replace(name, content) else "unchanged"] += 1

    def _replace(self, name: str, content: bytes) -> bool:
        """Write a file whole. False when it says the same already."""
        target = self.folder / name
        if target.is_file() and target.read_bytes() == content:
            return False
        write_whole(target, [content])
        return True


def _plain_facts(content: ArticleInput) -> dict[str, Any]:
    """What a text says of itself, under the names that generators know."""
    at, seo, source = content.published_at, content.seo, content.source
    is_day = content.date_precision == "day"
    facts: dict[str, Any] = {
        "title": content.title,
        "kind": content.kind,
        "lang": content.lang,
        "slug": content.slug,
        "date": (f"{at:%Y-%m-%d}" if is_day else rfc3339(at)) if at else None,
        "lastmod": rfc3339(content.updated_at) if content.updated_at else None,
        "summary": content.summary,
        "authors": [author.name for author in content.authors],
        "tags": list(content.tags),
        "weight": content.position,
        "parent": content.parent,
        "canonical_url": content.canonical_url,
        "seo_title": seo.title if seo else None,
        "seo_description": seo.description if seo else None,
        "source_name": source.name if source else None,
        "source_url": source.url if source else None,
        "licence": content.rights.licence,
        "credit": content.rights.credit,
    }
    return {name: value for name, value in facts.items() if value}


def _to_yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1_000))
