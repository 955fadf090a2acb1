"""Filters in the server's grammar. Values are tokens or numbers, and quoted all the same.

Each condition is a separate element: the server parses each alone and all must hold, so no
condition can affect another. The first one is always present and selects our documents only.
"""

from collections.abc import Iterable
from uuid import UUID

from app.search.meilisearch.documents import ANY_LANGUAGE, language_token, to_micros, to_token
from app.search.protocol import DOCUMENT_KINDS, Filter


def quote(value: str) -> str:
    """The value as one string of the grammar, whatever it contains.

    The server parses a string twice, so a backslash has to be doubled first.
    """
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def filter_conditions(filters: Filter) -> list[str]:
    """The conditions of a filter, which must all hold."""
    every = [_one_of("kind", filters.kinds or DOCUMENT_KINDS)]
    if filters.article_kinds:
        every.append(_one_of("article_kind", filters.article_kinds))
    if filters.languages:
        langs = map(language_token, filters.languages)
        every.append(_one_of("lang", (*langs, ANY_LANGUAGE)))
    if filters.each_story_once:
        every += [
            f"NOT ({_one_of('lang', [language_token(lang)])} AND "
            f"{_one_of('also_in', map(language_token, filters.languages[:place]))})"
            for place, lang in enumerate(filters.languages[1:], 1)
        ]
    if filters.author is not None:
        every.append(_one_of("authors", [to_token(filters.author)]))
    if filters.ids:
        every.append(one_of_keys(filters.ids))
    if filters.syndicatable:
        every.append(_one_of("syndicatable", ["yes"]))
    every += [_one_of("tags", (tag.hex for tag in clause)) for clause in filters.all_of]
    every += [
        f"NOT {_one_of('tags', (tag.hex for tag in clause))}"
        for clause in filters.none_of
        if clause
    ]
    if filters.without:
        every.append(f"NOT {one_of_keys(key.id for key in filters.without)}")
    if filters.since is not None:
        every.append(f"published_at >= {to_micros(filters.since)}")
    if filters.until is not None:
        last = to_micros(filters.until)
        every.append(f"published_at {'<=' if filters.until_inclusive else '<'} {last}")
    if filters.periods:
        within = (
            f"(published_at >= {to_micros(start)} AND published_at < {to_micros(end)})"
            for start, end in filters.periods
        )
        every.append(" OR ".join(within))
    if filters.updated_since is not None:
        every.append(f"updated_at >= {to_micros(filters.updated_since)}")
    return every


def one_of_keys(ids: Iterable[UUID]) -> str:
    """The condition that a document is of one of these things."""
    return _one_of("key", (key.hex for key in ids))


def _one_of(field: str, values: Iterable[str]) -> str:
    return f"{field} IN [{', '.join(quote(value) for value in dict.fromkeys(values))}]"
