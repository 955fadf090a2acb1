"""Filters as tantivy queries: every value is a term, so nothing in a value can widen a filter."""

from collections.abc import Iterable
from typing import Any

import tantivy
from tantivy import FieldType, Occur

from app.search.embedded.schema import ANY_LANGUAGE, key_of, to_micros
from app.search.protocol import DOCUMENT_KINDS, Filter

Clause = tuple[Occur, tantivy.Query]


def filter_clauses(schema: tantivy.Schema, filters: Filter) -> list[Clause]:
    """The clauses of a filter, which add nothing to a score; none for an empty filter."""

    def one_of(field: str, values: Iterable[Any]) -> tantivy.Query:
        terms = [
            (Occur.Should, tantivy.Query.term_query(schema, field, value))
            for value in dict.fromkeys(values)
        ]
        return tantivy.Query.boolean_query(terms)

    queries: list[tantivy.Query] = []
    refused: list[tantivy.Query] = []
    if filters.kinds:
        queries.append(one_of("kind", (DOCUMENT_KINDS.index(kind) for kind in filters.kinds)))
    if filters.article_kinds:
        queries.append(one_of("article_kind", filters.article_kinds))
    if filters.languages:
        queries.append(one_of("lang", (*filters.languages, ANY_LANGUAGE)))
    if filters.each_story_once:
        for place, lang in enumerate(filters.languages[1:], 1):
            better = one_of("also_in", filters.languages[:place])
            refused.append(
                tantivy.Query.boolean_query(
                    [(Occur.Must, one_of("lang", [lang])), (Occur.Must, better)]
                )
            )
    if filters.author is not None:
        queries.append(one_of("authors", [filters.author]))
    if filters.ids:
        queries.append(
            tantivy.Query.term_set_query(schema, "id", [item.hex for item in filters.ids])
        )
    if filters.syndicatable:
        queries.append(one_of("syndicatable", [True]))
    for clause in filters.all_of:
        queries.append(one_of("tags", (tag.hex for tag in clause)))
    for clause in filters.none_of:
        refused.append(one_of("tags", (tag.hex for tag in clause)))
    if filters.without:
        left_out = [key_of(key) for key in filters.without]
        refused.append(tantivy.Query.term_set_query(schema, "key", left_out))
    queries += _date_queries(schema, filters)
    return [
        *((Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in queries),
        *((Occur.MustNot, query) for query in refused),
    ]


def _date_queries(schema: tantivy.Schema, filters: Filter) -> list[tantivy.Query]:
    ranges = []
    if filters.since is not None:
        ranges.append(_range_query(schema, "published", lowest=to_micros(filters.since)))
    if filters.until is not None:
        last = to_micros(filters.until) - (0 if filters.until_inclusive else 1)
        ranges.append(_range_query(schema, "published", highest=last))
    if filters.periods:
        within = [
            (Occur.Should, _range_query(schema, "published", to_micros(start), to_micros(end) - 1))
            for start, end in filters.periods
        ]
        ranges.append(tantivy.Query.boolean_query(within))
    if filters.updated_since is not None:
        ranges.append(_range_query(schema, "updated", lowest=to_micros(filters.updated_since)))
    return ranges


def _range_query(
    schema: tantivy.Schema, field: str, lowest: int | None = None, highest: int | None = None
) -> tantivy.Query:
    return tantivy.Query.range_query(schema, field, FieldType.Integer, lowest, highest)
