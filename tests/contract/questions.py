"""Everything that can be asked of the public: each route with every value of its parameters."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.contract.canaries import AUTHORS, EVENT_IDS


def requests(contract: dict[str, Any], slugs: set[str], media: set[str]) -> Iterator[str]:
    """Every GET, bare, with every value of each parameter, and with the widest wish."""
    members = {
        name
        for component in contract["components"]["schemas"].values()
        for name in component.get("properties", ())
    }
    values = {
        "slug": sorted(slugs | AUTHORS.keys() | {"water", "river"}),
        "media_id": sorted(media),
        "event_id": [str(key) for key in EVENT_IDS],
        "uid": ["willay", "else"],
        "rendition": ["320.jpg", "320.webp", "original.pdf"],
        "path": [
            *(f"{start}/{slug}" for slug in sorted(slugs) for start in ("", "/en")),
            *(f"/was/{number}" for number in range(len(slugs))),
        ],
        "tag": ["water", "river", "-river", "water|river", "water,-river"],
        "parent": ["water", "river"],
        "author": ["ana", "kanari"],
        "ids": ["01900000-0000-7000-8000-000000000000"],
        "lang": ["en", "es"],
        "fallback": ["en", "es", "es,en"],
        "fields": sorted(members),
        "include": ["related", "paths", "related,paths"],
        "period": ["2026-03", "2020-01"],
        "url": [f"http://127.0.0.1:8000/{slug}" for slug in sorted(slugs)],
        "month": ["2026-03", "2020-01"],
        "part": ["1"],
        "version": ["0123456789ab"],
        "from_date": ["2000-01-01", "2026-03-01"],
        "to_date": ["2026-03-01", "2026-03-20"],
        "q": ["kanari", '"water"', "live", "watr"],
        "facets": ["tags", "tags,lang,year,kind"],
        "updated_since": ["2000-01-01", "2026-03-01T12:01:00Z"],
        "token": ["kanari", "k" * 43],
        "article_id": ["01900000-0000-7000-8000-000000000000"],
        "issue_id": ["01900000-0000-7000-8000-000000000000"],
    }
    for path, methods in contract["paths"].items():
        if path.startswith("/v1/admin"):
            yield re.sub("{[^}]+}", "01900000-0000-7000-8000-000000000000", path)
            continue
        if "get" not in methods:
            continue
        parameters = methods["get"].get("parameters", [])
        names = {one["name"] for one in parameters if one["in"] == "query"}
        addresses = [path]
        for one in parameters:
            if one["in"] == "path":
                place = "{" + one["name"] + "}"
                addresses = [
                    it.replace(place, value) for it in addresses for value in values[one["name"]]
                ]
        wide = {"lang": "es", "fallback": "en", "count": "true", "include": "related,paths"}
        wide = {name: value for name, value in wide.items() if name in names}
        for address in addresses:
            yield address
            yield f"{address}?{urlencode(wide)}"
            for one in parameters:
                if one["in"] == "query":
                    for value in values.get(one["name"]) or sensible(one["schema"]):
                        lang = {"lang": "en"} if one["name"] == "fallback" else {}
                        yield f"{address}?{urlencode({**lang, one['name']: value})}"


INSTANT = "/v1/search/instant"


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """What is asked by POST and open to all: the widest, and by every filter."""
    wide = {"facets": ["*"], "attributesToHighlight": ["*"], "attributesToCrop": ["*"]}
    words = ("", "kanari", "live", '"water"', "watr")
    filters = (None, "tags = water", "kind = page OR kind = article", "year > 0", "authors = ana")
    asked = [{"q": q, "filter": one, "limit": 200, **wide} for q in words for one in filters]
    for one in asked:
        yield f"{INSTANT}/indexes/articles/search", one
    yield f"{INSTANT}/multi-search", {"queries": [{"indexUid": "articles", **asked[0]}]}
    for facet in ("tags", "lang", "year"):
        for typed in ("", "k", "w"):
            asked_for = {"facetName": facet, "facetQuery": typed}
            yield f"{INSTANT}/indexes/articles/facet-search", asked_for
    yield "/v1/search/tokens", {}


def sensible(schema: dict[str, Any]) -> list[Any]:
    """Values that a schema suggests; a word that finds every marker where it suggests none."""
    if schema.get("type") == "boolean":
        return ["true", "false"]
    if schema.get("type") == "integer":
        return [schema["minimum"], schema["maximum"]]
    return schema.get("enum") or ["kanari"]
