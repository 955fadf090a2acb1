"""The addresses of a front end's pages, by templates of `{site}`, `{slug}` and `{lang}`."""

import re
from collections.abc import Sequence
from functools import cache

from app.kit.languages import ANY_CASE
from app.kit.text import plain_path

_SLUG = "(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)"


def slug_in(templates: Sequence[str], site: str, address: str) -> str | None:
    """The slug of the page at a whole address."""
    patterns = (_url_pattern(template, site) for template in templates)
    matches = (re.fullmatch(pattern, address) for pattern in patterns)
    return next((match["slug"] for match in matches if match), None)


def slug_at(templates: Sequence[str], site: str, path: str) -> str | None:
    """The slug of the page at a plain path, on any host."""
    matches = (pattern.fullmatch(path) for pattern in _path_patterns(tuple(templates), site))
    return next((match["slug"] for match in matches if match), None)


def _url_pattern(template: str, site: str) -> str:
    pattern = re.escape(template)
    for name, part in (("site", re.escape(site)), ("slug", _SLUG), ("lang", ANY_CASE)):
        pattern = pattern.replace(re.escape("{" + name + "}"), part, 1)
    return pattern


@cache
def _path_patterns(templates: tuple[str, ...], site: str) -> list[re.Pattern[str]]:
    paths = (
        plain_path(template.format(site=site, slug="SLUG", lang="LANG")) for template in templates
    )
    plain = (re.escape(path).replace("SLUG", _SLUG, 1) for path in paths)
    return [re.compile(path.replace("LANG", ANY_CASE)) for path in plain]
