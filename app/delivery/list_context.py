"""What a page says around a list of articles, read with the list: its tag, its author, its archive.

A front end so needs one request for such a page.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final, Literal

from app.delivery.filters import (
    ArticleParameters,
    count_by_tag,
    languages,
    preferred_languages,
)
from app.http.parameters import bad_parameter
from app.http.views import View
from app.public.authors import AuthorProfile
from app.public.tags import TagDetail
from app.public.vocabulary import SLUG_PATTERN
from app.published import archive, tags
from app.published.archive import ArchivePage
from app.published.authors import AuthorMoment, get_author
from app.published.query import ArticleFilter

Subject = Literal["tag", "author"]
Context = Literal[Subject, "archive"]

_SLUG: Final = re.compile(SLUG_PATTERN)


def read_subjects(
    view: View, params: ArticleParameters, names: Collection[Context]
) -> dict[str, Any]:
    """The tag and the author that a list is of, as far as they are among `names`.

    `BadRequest` when the list has not exactly one; `NotFound` and `Gone` as their own addresses
    answer.
    """
    subjects: dict[str, Any] = {}
    if "tag" in names:
        subjects["tag"] = _read_tag(view, params)
    if "author" in names:
        subjects["author"] = _read_author(view, params)
    return subjects


def read_years(view: View, filters: ArticleFilter) -> ArchivePage:
    """The years and months of the articles of a filter."""
    return view.recall(
        ("archive", filters),
        lambda: archive.list_years(
            *(view.tx, view.tags, filters, view.now, view.recall, view.calendar)
        ),
    )


def read_whole_archive(view: View, filters: ArticleFilter) -> ArchivePage:
    """The years and months of a list, whichever of them its dates choose."""
    return read_years(
        view, replace(filters, since=None, until=None, until_inclusive=False, gaps=())
    )


def get_tag_detail(view: View, slug: str, lang: str) -> TagDetail:
    """One tag by its slug, with its number of articles in a language; "" for all."""
    preferred = languages(lang, "", view.runtime.settings.languages)
    return tags.get_tag(view.tags, count_by_tag(view, lang), slug, next(iter(preferred), None))


def author_moment(view: View, lang: str) -> AuthorMoment:
    """The moment at which a request reads authors."""
    settings = view.runtime.settings
    return AuthorMoment(
        tx=view.tx,
        head=view.head,
        now=view.now,
        current=view.current,
        languages=preferred_languages(lang, settings),
        counted=languages(lang, "", settings.languages),
    )


def _read_tag(view: View, params: ArticleParameters) -> TagDetail:
    slug = params.tag
    if not _SLUG.fullmatch(slug):
        message = "include=tag goes with one tag; add tag= and a slug."
        raise bad_parameter("no_single_tag", "include", message)
    cached = view.tags.find(slug)
    return get_tag_detail(view, cached.slug if cached else slug, params.lang)


def _read_author(view: View, params: ArticleParameters) -> AuthorProfile:
    if not params.author:
        message = "include=author goes with one author; add author= and a slug."
        raise bad_parameter("no_author", "include", message)
    return get_author(author_moment(view, params.lang), params.author)
