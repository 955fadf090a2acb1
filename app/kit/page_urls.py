"""The pages of a front end, by templates of `{site}`, `{slug}` and `{lang}`.

A page has an address (`https://site.example/news/a-march`), a location, which is the address
without its host, and a plain path, which is the location in the normal form of `text.plain_path`.
Addresses and locations are plain ASCII, so that they may stand in a `Location` header; only a host
may hold other letters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from app.kit.languages import ANY_CASE
from app.kit.text import plain_path

PageKind = Literal["article", "page", "tag"]

_SLUG: Final = "(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"
_LANG: Final = f"(?P<lang>{ANY_CASE})"
# Stand for a slug and a language in a template. No text holds them: they are for private use.
_SLUG_MARK: Final = "\ue000"
_LANG_MARK: Final = "\ue001"
_ANY_SITE: Final = "https://site"
_BARE_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_ESCAPE: Final = re.compile("%[0-9a-f]{2}", re.IGNORECASE)
_KEPT: Final = "/%:@!$&'()*+,;=~?#[]"


@dataclass(frozen=True, slots=True)
class PageUrls:
    """The templates of a site. A tag has no language, so with `{lang}` it has a page in each."""

    site: str | None = None
    article: str = "{site}/news/{slug}"
    page: str = "{site}/{slug}"
    tag: str = "{site}/tags/{slug}"
    languages: tuple[str, ...] = ()
    """The languages of the site, the default first."""

    def address(self, kind: PageKind, slug: str, lang: str | None = None) -> str | None:
        """The whole address of a page; None when the site has none."""
        template = self._template(kind)
        if self.site is None and "{site}" in template:
            return None
        return self._fill(template, self.site or "", slug, lang)

    def location(self, kind: PageKind, slug: str, lang: str | None = None) -> str:
        """The path and the query of a page, on any host."""
        whole = self._fill(self._template(kind), self.site or _ANY_SITE, slug, lang)
        parts = urlsplit(whole)
        # Two slashes at the start would name a host.
        path = "/" + parts.path.lstrip("/")
        return f"{path}?{parts.query}" if parts.query else path

    def plain_paths(self, kind: PageKind, slug: str, lang: str | None = None) -> list[str]:
        """The plain paths at which a page is shown: of a tag, one for each language that counts."""
        languages: Sequence[str | None] = (lang,)
        if kind == "tag" and "{lang}" in self.tag:
            languages = self.languages or (None,)
        return [plain_path(self.location(kind, slug, each)) for each in languages]

    def article_slugs(self, path: str) -> list[str]:
        """The slugs of the articles and standing pages that may be shown at a plain path."""
        slugs = (_slug_at(template, self.site, path) for template in (self.article, self.page))
        return list(dict.fromkeys(slug for slug in slugs if slug is not None))

    def tag_slug(self, path: str) -> str | None:
        """The slug of the tag that may be shown at a plain path."""
        return _slug_at(self.tag, self.site, path)

    def tag_locations(self, slug: str) -> list[str]:
        """The locations of a tag's pages, the one in the default language first."""
        if "{lang}" not in self.tag or not self.languages:
            return [self.location("tag", slug)]
        return [self.location("tag", slug, lang) for lang in self.languages]

    def slug_in(self, address: str, base: str) -> str | None:
        """The slug of the article or standing page at a whole address; `base` stands for the site
        when there is none."""
        site = self.site or base
        patterns = (_address_pattern(template, site) for template in (self.article, self.page))
        matches = (pattern.fullmatch(to_ascii(address)) for pattern in patterns)
        return next((match["slug"] for match in matches if match), None)

    def _template(self, kind: PageKind) -> str:
        match kind:
            case "article":
                return self.article
            case "page":
                return self.page
            case "tag":
                return self.tag

    def _fill(self, template: str, site: str, slug: str, lang: str | None) -> str:
        lang = lang or next(iter(self.languages), "")
        return to_ascii(template.format(site=site, slug=slug, lang=lang))


def is_same_place(request_path: str, location: str) -> bool:
    """Whether the path of a request is a location as it is written, whatever its host, query and
    fragment. A slash may be missing at the start, and be there or not at the end: front ends
    differ."""
    local = request_path.partition("#")[0].partition("?")[0]
    path = urlsplit(request_path).path if "://" in request_path else local
    path = path if path.startswith("/") else f"/{path}"
    here, there = (_without_slash(part) for part in (path, location.partition("?")[0]))
    return _escape(here) == _escape(there)


def _without_slash(path: str) -> str:
    return path.removesuffix("/") or "/"


def _escape(path: str) -> str:
    """A path in ASCII, with the digits of its escapes in capitals."""
    bare = quote(_BARE_PERCENT.sub("%25", path), safe=_KEPT)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), bare)


def to_ascii(address: str) -> str:
    """A whole address, with everything after its host in ASCII."""
    start = re.match("[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", address)
    host = start[0] if start else ""
    return host + _escape(address[len(host) :])


@cache
def _address_pattern(template: str, site: str) -> re.Pattern[str]:
    whole = to_ascii(template.format(site=site, slug=_SLUG_MARK, lang=_LANG_MARK))
    return _pattern(
        whole.replace(quote(_SLUG_MARK), _SLUG_MARK).replace(quote(_LANG_MARK), _LANG_MARK)
    )


@cache
def _path_pattern(template: str, site: str | None) -> re.Pattern[str]:
    whole = template.format(site=site or _ANY_SITE, slug=_SLUG_MARK, lang=_LANG_MARK)
    return _pattern(plain_path(to_ascii(whole)))


def _pattern(text: str) -> re.Pattern[str]:
    """The pattern of a text with marks. A mark that is there twice stands for the same."""
    pattern = re.escape(text)
    for mark, part, name in ((_SLUG_MARK, _SLUG, "slug"), (_LANG_MARK, _LANG, "lang")):
        first, *rest = pattern.split(mark)
        if rest:
            pattern = first + part + f"(?P={name})".join(rest)
    return re.compile(pattern)


def _slug_at(template: str, site: str | None, path: str) -> str | None:
    match = _path_pattern(template, site).fullmatch(path)
    return match["slug"] if match else None
