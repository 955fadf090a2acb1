"""What the configuration of Hugo or Jekyll tells of a site: its address, language and addresses."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import yaml

from app.importers.folder.front_matter import Facts
from app.importers.plain_yaml import load_yaml
from app.importers.record_fields import to_address
from app.importers.text_repair import decode_text

_ENDINGS: Final = (".toml", ".yaml", ".yml", ".json")
_LARGEST: Final = 1_000_000
_TAXONOMIES: Final = {"tag": "tags", "category": "categories"}


class SiteConfigError(ValueError):
    """A configuration cannot be read; the message names its file."""


@dataclass(frozen=True, slots=True)
class FactDefault:
    """Facts that texts below a path have when they do not say otherwise. An empty path or type is
    any; a type is the name of a collection, such as `posts`."""

    path: str
    type: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """The site as its generator is told of it. Without a configuration, each part is empty."""

    generator: Literal["", "hugo", "jekyll"] = ""
    site: str = ""
    lang: str = ""
    timezone: str = ""
    """The name of the zone in which dates without one are meant."""
    is_lang_in_path: bool = False
    """Whether the addresses of texts in the first language name it."""
    lang_folders: Mapping[str, str] = field(default_factory=dict)
    """The language of the texts below a folder."""
    permalinks: Mapping[str, str] = field(default_factory=dict)
    """The form of addresses by section (Hugo) or collection (Jekyll, where "" is every other)."""
    taxonomies: Sequence[str] = ()
    """The facts beside tags and categories by which texts are put together."""
    tag_pages: Mapping[str, str] = field(default_factory=dict)
    """The form of the addresses of tags, by the fact that names them."""
    is_ugly: bool = False
    """Whether addresses end in `.html`."""
    is_dated_by_name: bool = False
    """Whether the date in the name of a file is no part of its address."""
    defaults: Sequence[FactDefault] = ()

    @property
    def roots(self) -> frozenset[str] | None:
        """The folders that only hold content; None when the generator is not known."""
        return {"hugo": frozenset({"content"}), "jekyll": frozenset({"_pages"})}.get(self.generator)

    def with_defaults(self, name: str, facts: Facts) -> Facts:
        """The facts of a text, and those that it has by default. The closest path wins."""
        if not self.defaults:
            return facts
        own = collection_of(PurePosixPath(name).parts[:-1]) or "pages"
        merged: Facts = {}
        for default in self.defaults:
            if default.type in ("", own) and _is_below(name, default.path):
                merged |= default.facts
        return merged | facts


def read_site_config(folder: Path) -> SiteConfig:
    """The configuration at the top of a folder. `SiteConfigError` when it cannot be read."""
    for ending in _ENDINGS:
        if (path := folder / f"_config{ending}").is_file():
            return _jekyll(_load(path))
    hugo: Facts = {}
    for name in ("config", "hugo"):
        for ending in _ENDINGS:
            if (path := folder / f"{name}{ending}").is_file():
                hugo |= _lower(_load(path))
    parts = folder / "config" / "_default"
    for path in sorted(parts.iterdir()) if parts.is_dir() else ():
        if path.suffix in _ENDINGS and path.is_file():
            values = _lower(_load(path))
            hugo |= values if path.stem in ("config", "hugo") else {path.stem.lower(): values}
    is_hugo = bool(hugo) and (folder / "content").is_dir()
    return _hugo(hugo) if is_hugo else SiteConfig()


def collection_of(folders: Sequence[str]) -> str:
    """The collection of Jekyll's to which texts in a folder belong; empty for pages."""
    return next((folder[1:] for folder in folders if folder.startswith("_")), "")


def _hugo(facts: Facts) -> SiteConfig:
    taxonomies = _texts(facts.get("taxonomies", _TAXONOMIES))
    disabled = {str(kind).lower() for kind in _items(facts.get("disablekinds"))}
    has_tag_pages = not disabled & {"term", "taxonomyterm"}
    permalinks = _mapping(facts.get("permalinks"))
    dated_by = _items(_mapping(facts.get("frontmatter")).get("date"))
    return SiteConfig(
        generator="hugo",
        site=_site_address(facts.get("baseurl")),
        lang=str(facts.get("defaultcontentlanguage") or facts.get("languagecode") or ""),
        timezone=str(facts.get("timezone") or ""),
        is_lang_in_path=facts.get("defaultcontentlanguageinsubdir") is True,
        lang_folders={
            str(language["contentdir"]).strip("/"): code
            for code, language in _mapping(facts.get("languages")).items()
            if isinstance(language, Mapping) and language.get("contentdir")
        },
        permalinks=_texts(permalinks) | _texts(permalinks.get("page")),
        taxonomies=[*dict.fromkeys(name.lower().replace("-", "_") for name in taxonomies.values())],
        tag_pages={plural: f"/{plural}/:name/" for plural in taxonomies.values() if has_tag_pages},
        is_ugly=facts.get("uglyurls") is True,
        is_dated_by_name=":filename" in dated_by,
    )


def _jekyll(facts: Facts) -> SiteConfig:
    collections = _mapping(facts.get("collections"))
    permalinks = {name: _mapping(each).get("permalink") for name, each in collections.items()}
    style = str(facts.get("permalink") or "date")
    archives = _mapping(facts.get("jekyll-archives"))
    enabled = archives.get("enabled")
    forms = _texts(archives.get("permalinks"))
    return SiteConfig(
        generator="jekyll",
        site=_site_address(f"{facts.get('url') or ''}{facts.get('baseurl') or ''}"),
        lang=str(facts.get("lang") or facts.get("locale") or ""),
        timezone=str(facts.get("timezone") or ""),
        permalinks={"": style, **_texts(permalinks)},
        tag_pages={
            name: forms.get(single, f"/{single}/:name/")
            for single, name in _TAXONOMIES.items()
            if enabled == "all" or name in _items(enabled)
        },
        defaults=[
            FactDefault(
                str(_mapping(each.get("scope")).get("path") or "").strip("/"),
                str(_mapping(each.get("scope")).get("type") or ""),
                _mapping(each.get("values")),
            )
            for each in _items(facts.get("defaults"))
            if isinstance(each, Mapping)
        ],
    )


def _load(path: Path) -> Facts:
    """The facts of a file by its ending."""
    try:
        text, _ = decode_text(path.read_bytes()[:_LARGEST])
        match path.suffix:
            case ".toml":
                value: Any = tomllib.loads(text)
            case ".json":
                value = json.loads(text)
            case _:
                value = load_yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError, OSError) as error:
        reason = str(error).partition("\n")[0][:100]
        raise SiteConfigError(f"{path.name} cannot be read ({reason})") from error
    if not isinstance(value, Mapping | None):
        raise SiteConfigError(f"{path.name} holds no facts by name")
    return _mapping(value)


def _lower(facts: Facts) -> Facts:
    """Hugo reads names without their case."""
    return {
        str(name).lower(): _lower(value) if isinstance(value, dict) else value
        for name, value in facts.items()
    }


def _mapping(value: Any) -> Facts:
    return dict(value) if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _texts(value: Any) -> dict[str, str]:
    return {name: each for name, each in _mapping(value).items() if isinstance(each, str) and each}


def _site_address(value: Any) -> str:
    """The address of the site, unless it is a word of a template."""
    url = to_address(str(value or ""))
    return "" if url is None or "://example." in url or "localhost" in url else url


def _is_below(name: str, path: str) -> bool:
    return not path or name == path or name.startswith(f"{path}/")
