"""The query parameters that filter lists of articles, turned into a typed filter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from app.http.contract.parameters import comma_list
from app.http.parameters import (
    AnySlug,
    Language,
    Parameters,
    bad_parameter,
    date_of,
    one_of,
    split_list,
)
from app.http.views import View
from app.kit.calendar import Calendar
from app.kit.clock import FOREVER, LONG_AGO, TICK
from app.kit.dates import first_instant, range_end, range_start
from app.kit.ids import is_uuid
from app.kit.languages import ANY_CASE, best_matches, is_within, normalise_code
from app.public.vocabulary import ContentKind, Kind
from app.published.cache import Tags
from app.published.query import ArticleFilter
from app.published.tags import article_counts
from app.search.protocol import ArticleKind, Filter, Period
from app.settings import Settings

_MOST_CLAUSES = 10
_MOST_IDS = 100


TagClauses = Annotated[
    str, Field(max_length=1_000, description="Slugs: `,` all, `|` any, a leading `-` none")
]


class FilterParameters(Parameters):
    """Filters by query parameter. Dates are whole days, or instants with an offset."""

    tag: TagClauses = ""
    author: Annotated[AnySlug, Field(description="An author's slug")] = ""
    ids: Annotated[
        str,
        Field(
            max_length=4_000, description="Ids, by `,`", json_schema_extra=comma_list(form="uuid")
        ),
    ] = ""
    lang: Language = ""
    from_date: Annotated[str, Field(max_length=40, description="First day or instant")] = ""
    to_date: Annotated[str, Field(max_length=40, description="Last day or instant")] = ""
    updated_since: Annotated[
        str, Field(max_length=40, description="Changed or become visible since")
    ] = ""
    rights: Annotated[
        Literal["", "syndicatable"], Field(description="Only what others may publish")
    ] = ""


_LANGUAGES: Final = comma_list(pattern=f"^{ANY_CASE}$")
Fallback = Annotated[
    str,
    Field(
        max_length=50,
        description="Languages to take a story in when `lang` lacks it",
        json_schema_extra=_LANGUAGES,
    ),
]
NextLanguages = Annotated[
    str,
    Field(
        max_length=50,
        description="Languages to try next, by `,`",
        json_schema_extra=_LANGUAGES,
    ),
]


class ArticleParameters(FilterParameters):
    """The filters that only lists of articles have."""

    kind: Annotated[Kind, Field(description="Articles, or standing pages")] = "article"
    fallback: Fallback = ""


def list_filter(params: ArticleParameters, tags: Tags, settings: Settings) -> ArticleFilter:
    """The typed filter of a list of articles; `BadRequest` names a wrong parameter."""
    preferred = languages(params.lang, params.fallback, settings.languages)
    return replace(
        article_filter(params, tags, settings.calendar),
        kind=params.kind,
        languages=preferred,
        each_story_once=are_instead(params.lang, preferred),
    )


def article_filter(params: FilterParameters, tags: Tags, calendar: Calendar) -> ArticleFilter:
    """The typed filter; `BadRequest` names a wrong parameter."""
    all_of, none_of = tag_clauses(params.tag, tags)
    until = date_of("to_date", params.to_date, partial(range_end, calendar=calendar))
    since = date_of("from_date", params.from_date, partial(range_start, calendar=calendar))
    if since and until:
        refuse_reversed(since.at, until[0].at, until[1])
    return ArticleFilter(
        all_of=all_of,
        none_of=none_of,
        author=params.author or None,
        ids=_ids(params.ids),
        since=since.at if since else None,
        until=until[0].at if until else None,
        until_inclusive=until[1] if until else False,
        gaps=(*(since.gaps if since else ()), *(until[0].gaps if until else ())),
        updated_since=date_of(
            "updated_since", params.updated_since, partial(first_instant, calendar=calendar)
        ),
        syndicatable=params.rights == "syndicatable",
    )


def refuse_reversed(since: datetime, until: datetime, until_inclusive: bool) -> None:
    """Raise `BadRequest` for a range that ends before it begins, because no instant is in it."""
    if since > until or (since == until and not until_inclusive):
        raise bad_parameter("reversed_range", "from_date", "from_date is after to_date; swap them.")


def to_search_filter(
    filters: ArticleFilter,
    kinds: tuple[ContentKind, ...],
    article_kinds: tuple[ArticleKind, ...],
) -> Filter:
    """The filter of a list as the engines of search take it."""
    return Filter(
        kinds=kinds,
        article_kinds=article_kinds,
        languages=filters.languages,
        each_story_once=filters.each_story_once,
        all_of=filters.all_of,
        none_of=filters.none_of,
        author=filters.author,
        ids=filters.ids,
        since=filters.since,
        until=filters.until,
        until_inclusive=filters.until_inclusive,
        periods=_periods(filters),
        updated_since=filters.updated_since,
        syndicatable=filters.syndicatable,
    )


def _periods(filters: ArticleFilter) -> tuple[Period, ...]:
    """The periods between the gaps of the range; empty when there are no gaps."""
    start = filters.since or LONG_AGO
    end = (filters.until or FOREVER) + (TICK if filters.until_inclusive else TICK * 0)
    edges = [start, *(at for gap in sorted(filters.gaps) for at in gap), end]
    periods = zip(edges[::2], edges[1::2], strict=True)
    return tuple((first, last) for first, last in periods if first < last) if filters.gaps else ()


def languages(lang: str, fallback: str, site: Sequence[str]) -> tuple[str, ...]:
    """The requested languages that the site has, best first. `pt` also matches `pt-BR`, and `pt-BR`
    matches `pt` when the site has no closer language."""
    if fallback and not lang:
        raise bad_parameter("fallback_without_lang", "fallback", "fallback needs lang; add it.")
    wishes = [("lang", lang)] if lang else []
    wishes += [("fallback", part) for part in split_list("fallback", fallback)]
    answers: list[str] = []
    for parameter, part in wishes:
        codes = best_matches(str(normalise_code(part)), site)
        answers += codes
        if not codes:
            message = f"This site publishes in: {', '.join(site)}."
            raise bad_parameter("unknown_language", parameter, message)
    return tuple(dict.fromkeys(answers))


def preferred_languages(lang: str, settings: Settings) -> tuple[str, ...]:
    """The languages of a wish, then all of the site's, for texts that are shown in any case."""
    return (*languages(lang, "", settings.languages), *settings.languages)


def are_instead(lang: str, preferred: Sequence[str]) -> bool:
    """Whether some of the languages only replace a better one that a story lacks."""
    return any(not is_within(code, lang) for code in preferred)


def count_by_tag(view: View, lang: str) -> dict[UUID, int]:
    """The number of articles under each tag, as the list counts them in a language; "" for all."""
    preferred = languages(lang, "", view.runtime.settings.languages)
    return article_counts(
        view.tx,
        view.tags,
        view.now,
        view.recall,
        preferred,
        each_story_once=are_instead(lang, preferred),
    )


def tag_clauses(
    text: str, tags: Tags
) -> tuple[tuple[tuple[UUID, ...], ...], tuple[tuple[UUID, ...], ...]]:
    """Families of tags: an article needs one tag of each first family, and no tag of a second."""
    all_of: list[tuple[UUID, ...]] = []
    none_of: list[tuple[UUID, ...]] = []
    clauses = text.split(",") if text else []
    if len(clauses) > _MOST_CLAUSES:
        raise bad_parameter(
            "too_many_clauses", "tag", f"At most {_MOST_CLAUSES} clauses; send fewer."
        )
    for clause in clauses:
        negative = clause.startswith("-")
        family: dict[UUID, None] = {}
        for slug in clause.removeprefix("-").split("|"):
            if not slug:
                raise bad_parameter(
                    "invalid_clause", "tag", f"The clause {clause[:60]!r} lacks a tag's slug."
                )
            family |= dict.fromkeys(_family(slug, tags))
        (none_of if negative else all_of).append(tuple(sorted(family)))
    return tuple(sorted(all_of, key=len)), tuple(none_of)


def _family(slug: str, tags: Tags) -> list[UUID]:
    tag = tags.find(slug)
    if tag is None:
        raise one_of("tag", "tag", slug, tags.by_slug, "see /v1/tags for all.")
    return tags.descendant_ids(tag)


def _ids(text: str) -> tuple[UUID, ...]:
    parts = text.split(",") if text else []
    if len(parts) > _MOST_IDS:
        raise bad_parameter("too_many_ids", "ids", f"At most {_MOST_IDS} ids; send fewer.")
    for part in parts:
        if not is_uuid(part):
            raise bad_parameter(
                "invalid_id", "ids", f"{part[:60]!r} is no id; ids are UUIDs joined by commas."
            )
    return tuple(dict.fromkeys(UUID(part) for part in parts))
