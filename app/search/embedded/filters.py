"""Filters as tantivy queries: every value is a term, so nothing in a value can widen a filter."""

from collections.abc import Iterable
from typing import Any

import tantivy
from tantivy import FieldType, Occur

from app.search.embedded.schema import ANY_LANGUAGE, key_of, micros
from app.search.protocol import DOCUMENT_KINDS, Filter

Clause = tuple[Occur, tantivy.Query]


def filter_clauses(schema: tantivy.Schema, chosen: Filter) -> list[Clause]:
    """Clauses that add nothing to a score; none when nothing is asked for."""

    def one_of(field: str, values: Iterable[Any]) -> tantivy.Query:
        terms = [
            (Occur.Should, tantivy.Query.term_query(schema, field, value))
            for value in dict.fromkeys(values)
        ]
        return tantivy.Query.boolean_query(terms)

    wanted: list[tantivy.Query] = []
    refused: list[tantivy.Query] = []
    if chosen.kinds:
        wanted.append(one_of("kind", (DOCUMENT_KINDS.index(kind) for kind in chosen.kinds)))
    if chosen.article_kinds:
        wanted.append(one_of("article_kind", chosen.article_kinds))
    if chosen.languages:
        wanted.append(one_of("lang", (*chosen.languages, ANY_LANGUAGE)))
    if chosen.each_story_once:
        for place, lang in enumerate(chosen.languages[1:], 1):
            better = one_of("also_in", chosen.languages[:place])
            refused.append(
                tantivy.Query.boolean_query(
                    [(Occur.Must, one_of("lang", [lang])), (Occur.Must, better)]
                )
            )
    if chosen.author is not None:
        wanted.append(one_of("authors", [chosen.author]))
    if chosen.ids:
        wanted.append(tantivy.Query.term_set_query(schema, "id", [item.hex for item in chosen.ids]))
    if chosen.syndicatable:
        wanted.append(one_of("syndicatable", [True]))
    for clause in chosen.all_of:
        wanted.append(one_of("tags", (tag.hex for tag in clause)))
    for clause in chosen.none_of:
        refused.append(one_of("tags", (tag.hex for tag in clause)))
    if chosen.without:
        left_out = [key_of(key) for key in chosen.without]
        refused.append(tantivy.Query.term_set_query(schema, "key", left_out))
    wanted += _moments(schema, chosen)
    return [
        *((Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in wanted),
        *((Occur.MustNot, query) for query in refused),
    ]


def _moments(schema: tantivy.Schema, chosen: Filter) -> list[tantivy.Query]:
    ranges = []
    if chosen.since is not None:
        ranges.append(_between(schema, "published", lowest=micros(chosen.since)))
    if chosen.until is not None:
        last = micros(chosen.until) - (0 if chosen.until_inclusive else 1)
        ranges.append(_between(schema, "published", highest=last))
    if chosen.periods:
        within = [
            (Occur.Should, _between(schema, "published", micros(start), micros(end) - 1))
            for start, end in chosen.periods
        ]
        ranges.append(tantivy.Query.boolean_query(within))
    if chosen.updated_since is not None:
        ranges.append(_between(schema, "updated", lowest=micros(chosen.updated_since)))
    return ranges


def _between(
    schema: tantivy.Schema, field: str, lowest: int | None = None, highest: int | None = None
) -> tantivy.Query:
    return tantivy.Query.range_query(schema, field, FieldType.Integer, lowest, highest)
