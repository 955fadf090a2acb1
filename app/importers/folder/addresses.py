"""The addresses that a generator gave to texts and tags: by its configuration, or by custom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.importers.folder.dates import moment_of_fact
from app.importers.folder.files import TextFile, first_fact
from app.importers.folder.front_matter import Facts
from app.importers.folder.site_config import SiteConfig, collection_of
from app.importers.record_fields import to_slug

DATE: Final = ("date", "pubdate", "publishdate", "publish_date", "published", "published_at")
_STYLES: Final = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_WORD: Final = re.compile(r":(?:sections\[(?P<cut>[^\]]*)\]|(?P<name>[a-z_]+))")
_UNSAFE: Final = re.compile(r"[^\w./#+~-]")


@dataclass(frozen=True, slots=True)
class OldAddresses:
    """Finds the addresses of a folder's texts and tags on the site that it made."""

    config: SiteConfig
    lang: str
    """The first language of the site, as we name it."""
    zone: ZoneInfo

    def address_of(self, text: TextFile, facts: Facts) -> str | None:
        """The path of a text; None when its form holds a word that nobody knows."""
        form = str(first_fact(facts, "url", "permalink") or "")
        is_hugo = self.config.generator == "hugo"
        if form:
            path = self._expand(form, text, facts)
        elif is_hugo:
            path = self._hugo(text, facts)
        elif self.config.generator == "jekyll":
            path = self._jekyll(text, facts)
        else:
            path = text.permalink(facts)
        if path is None or not is_hugo or form.startswith("/"):
            return path
        return self._in_language(text.lang, path)

    def tag_address(self, name: str, fact: str, lang: str) -> str | None:
        """The path of the page of a tag that a fact of a text names; None when it had none."""
        form = self.config.tag_pages.get(fact)
        if form is None:
            return None
        if self.config.generator == "jekyll":
            return form.replace(":name", to_slug(name))
        return self._in_language(lang, form.replace(":name", _urlize(name)))

    def _hugo(self, text: TextFile, facts: Facts) -> str | None:
        section = text.folders[0] if text.folders else ""
        form = self.config.permalinks.get(section)
        is_list = text.is_index and text.path.stem.partition(".")[0] == "_index"
        if form and not is_list:
            return self._expand(form, text, facts)
        folders = list(text.folders[:-1] if text.is_index else text.folders)
        slug = first_fact(facts, "slug")
        last = str(slug) if slug and not is_list else self._base_name(text)
        if text.is_index and not text.folders:
            return "/"
        ending = ".html" if self.config.is_ugly and not is_list else "/"
        return _urlize("/".join(["", *folders, last])) + ending

    def _jekyll(self, text: TextFile, facts: Facts) -> str | None:
        style = self.config.permalinks.get("", "date")
        if text.dated and "_posts" in text.folders:
            form = self.config.permalinks.get("posts", style)
            return self._expand(_STYLES.get(form, form), text, facts)
        collection = collection_of(text.folders)
        if collection and collection in self.config.permalinks:
            return self._expand(self.config.permalinks[collection], text, facts)
        folders = [folder.removeprefix("_") for folder in text.folders]
        if text.is_index and not collection:
            return "/".join(["", *folders, ""])
        form = _STYLES.get(style, style)
        ending = "/" if form.endswith("/") else ".html" if form.endswith(":output_ext") else ""
        name = [] if text.is_index else [text.base_name]
        return "/" + "/".join([*folders, *name]) + ending

    def _base_name(self, text: TextFile) -> str:
        """The name of the file in addresses of Hugo."""
        return text.stem if self.config.is_dated_by_name else text.base_name

    def _expand(self, form: str, text: TextFile, facts: Facts) -> str | None:
        """An address in which `:title`, `:year` and the like stand for facts."""
        values = self._values(text, facts) if ":" in form else {}
        is_known = True

        def replace(match: re.Match[str]) -> str:
            nonlocal is_known
            if match["cut"] is not None:
                return "/".join(_cut(text.folders, match["cut"]))
            value = values.get(match["name"])
            is_known = is_known and value is not None
            return value or ""

        path = _WORD.sub(replace, form)
        if not is_known:
            return None
        return re.sub(r"/{2,}", "/", path if path.startswith("/") else f"/{path}")

    def _values(self, text: TextFile, facts: Facts) -> dict[str, str]:
        slug = first_fact(facts, "slug")
        title = _urlize(str(first_fact(facts, "title") or text.stem))
        is_hugo = self.config.generator == "hugo"
        base = self._base_name(text) if is_hugo else text.stem
        categories = _categories(text, facts)
        values = {
            "title": title if is_hugo else str(slug or text.stem),
            "slug": _urlize(str(slug)) if slug else (title if is_hugo else text.stem),
            "slugorfilename": str(slug or base),
            "slugorcontentbasename": str(slug or base),
            "filename": base,
            "contentbasename": base,
            "name": text.stem,
            "basename": text.stem,
            "path": "/".join([*text.folders[1:], text.stem]),
            "section": text.folders[0] if text.folders else "",
            "sections": "/".join(text.folders),
            "collection": collection_of(text.folders),
            "categories": "/".join(category.lower() for category in categories),
            "slugified_categories": "/".join(map(to_slug, categories)),
            "output_ext": ".html",
        }
        return values | self._date_values(text, facts)

    def _date_values(self, text: TextFile, facts: Facts) -> dict[str, str]:
        zone = self.zone
        dated = moment_of_fact(first_fact(facts, *DATE), zone) or moment_of_fact(text.dated, zone)
        if dated is None:
            return {}
        at: datetime = dated[0].astimezone(zone) if dated[1] == "time" else dated[0]
        _, week, day_of_week = at.isocalendar()
        return {
            "year": f"{at:%Y}",
            "short_year": f"{at:%y}",
            "month": f"{at:%m}",
            "i_month": str(at.month),
            "short_month": f"{at:%b}",
            "monthname": f"{at:%B}",
            "long_month": f"{at:%B}",
            "day": f"{at:%d}",
            "i_day": str(at.day),
            "short_day": f"{at:%a}",
            "weekday": str(day_of_week % 7),
            "weekdayname": f"{at:%A}",
            "y_day": f"{at:%j}",
            "yearday": str(at.timetuple().tm_yday),
            "week": f"{week:02}",
            "hour": f"{at:%H}",
            "minute": f"{at:%M}",
            "second": f"{at:%S}",
        }

    def _in_language(self, lang: str | None, path: str) -> str:
        """The path below the language of a text, where the site has one."""
        is_first = lang is None or lang == self.lang
        if is_first and not self.config.is_lang_in_path:
            return path
        lang = lang or self.lang
        return path if path.startswith(f"/{lang}/") else f"/{lang}{path}"


def _categories(text: TextFile, facts: Facts) -> list[str]:
    """The categories of a post of Jekyll: the folders above `_posts`, then those that it names."""
    special = next((place for place, part in enumerate(text.folders) if part.startswith("_")), 0)
    names: list[Any] = list(text.folders[:special])
    single, many = facts.get("category"), facts.get("categories")
    names += [single] if single else []
    names += many.split() if isinstance(many, str) else many if isinstance(many, list) else []
    texts = [str(name).strip() for name in names if name is not None]
    return list(dict.fromkeys(text for text in texts if text))


def _urlize(text: str) -> str:
    """A text as Hugo writes it in addresses."""
    return _UNSAFE.sub("", text.strip().replace(" ", "-")).lower()


def _cut(parts: tuple[str, ...], cut: str) -> tuple[str, ...]:
    """Some of the folders above a text: `1:`, `:2`, `0` or `last`."""
    start, colon, end = cut.partition(":")
    places: Mapping[str, int] = {"last": len(parts) - 1}
    first = places.get(start, int(start) if start.isdigit() else 0)
    after = places.get(end, int(end) if end.isdigit() else len(parts))
    return parts[first:after] if colon else parts[first : first + 1]
