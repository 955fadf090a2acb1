"""Filters in the server's grammar. Values are tokens or numbers, and quoted all the same.

Each condition is an element of its own: the server parses each alone and all must hold, so that
nothing within one can reach another. The first one leaves our documents alone and is always there.
"""

from collections.abc import Iterable

from app.search.meilisearch.documents import ANY_LANGUAGE, language, micros, token
from app.search.protocol import DOCUMENT_KINDS, Filter


def quoted(value: str) -> str:
    """The value as one string of the grammar, whatever is in it.

    The server takes a string apart twice, so a backslash has to be doubled first.
    """
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def conditions(chosen: Filter) -> list[str]:
    """All of them have to hold."""
    every = [_one_of("kind", chosen.kinds or DOCUMENT_KINDS)]
    if chosen.article_kinds:
        every.append(_one_of("article_kind", chosen.article_kinds))
    if chosen.languages:
        spoken = map(language, chosen.languages)
        every.append(_one_of("lang", (*spoken, ANY_LANGUAGE)))
    if chosen.each_story_once:
        every += [
            f"NOT ({_one_of('lang', [language(lang)])} AND "
            f"{_one_of('also_in', map(language, chosen.languages[:place]))})"
            for place, lang in enumerate(chosen.languages[1:], 1)
        ]
    if chosen.author is not None:
        every.append(_one_of("authors", [token(chosen.author)]))
    if chosen.ids:
        every.append(_one_of("key", (key.hex for key in chosen.ids)))
    if chosen.syndicatable:
        every.append(_one_of("syndicatable", ["yes"]))
    every += [_one_of("tags", (tag.hex for tag in clause)) for clause in chosen.all_of]
    every += [
        f"NOT {_one_of('tags', (tag.hex for tag in clause))}" for clause in chosen.none_of if clause
    ]
    if chosen.without:
        every.append(f"NOT {_one_of('key', (key.id.hex for key in chosen.without))}")
    if chosen.since is not None:
        every.append(f"published_at >= {micros(chosen.since)}")
    if chosen.until is not None:
        last = micros(chosen.until)
        every.append(f"published_at {'<=' if chosen.until_inclusive else '<'} {last}")
    if chosen.periods:
        within = (
            f"(published_at >= {micros(start)} AND published_at < {micros(end)})"
            for start, end in chosen.periods
        )
        every.append(" OR ".join(within))
    if chosen.updated_since is not None:
        every.append(f"updated_at >= {micros(chosen.updated_since)}")
    return every


def _one_of(field: str, values: Iterable[str]) -> str:
    return f"{field} IN [{', '.join(quoted(value) for value in dict.fromkeys(values))}]"
