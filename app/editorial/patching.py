"""A change of some fields: what is not given stays, and the whole must be an article."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic.json_schema import SkipJsonSchema

from app.editorial.articles import WorkingCopy
from app.editorial.content import (
    ArticleInput,
    AuthorInput,
    Body,
    CorrectionInput,
    Draft,
    House,
    ImageInput,
    Input,
    Line,
    Moment,
    RightsInput,
    SourceInput,
    Text,
    prepare,
    refuse_language,
)
from app.errors import Detail, Invalid
from app.public.vocabulary import BodyFormat, DatePrecision, Kind, Lang, Slug

_Absent = SkipJsonSchema[None]
"""Not given. A null in its place is refused with the whole."""


class ArticlePatch(Input):
    """Any of an article's fields. Null clears `source`, `image`, `published_at`, `updated_at`."""

    kind: Kind | _Absent = None
    lang: Lang | _Absent = None
    title: Line | _Absent = None
    slug: Slug | _Absent = None
    summary: Text | _Absent = None
    body: Body | _Absent = None
    body_format: BodyFormat | _Absent = None
    authors: Annotated[tuple[AuthorInput, ...], Field(max_length=50, strict=False)] | _Absent = None
    source: SourceInput | None = None
    image: ImageInput | None = None
    rights: RightsInput | _Absent = None
    tags: Annotated[tuple[Slug, ...], Field(max_length=50, strict=False)] | _Absent = None
    published_at: Moment | None = None
    date_precision: DatePrecision | _Absent = None
    updated_at: Moment | None = None
    corrections: (
        Annotated[tuple[CorrectionInput, ...], Field(max_length=100, strict=False)] | _Absent
    ) = None
    is_excerpt: bool | _Absent = None


def patched(copy: WorkingCopy, patch: ArticlePatch, house: House) -> Draft:
    """The working copy with the fields given in place of its own; `Invalid` when that is none.

    A body that stays is not rendered again.
    """
    given = {name: getattr(patch, name) for name in patch.model_fields_set}
    if given.get("kind", copy.article.kind) != copy.article.kind:
        detail = Detail("kind_fixed", "Leave it out.", pointer="/kind")
        raise Invalid("kind_fixed", "An article's kind cannot change; create another.", (detail,))
    if "slug" in given and given["slug"] is None:
        detail = Detail("required", "Give a slug, or leave it out.", pointer="/slug")
        raise Invalid("required", "An article always has a slug.", (detail,))
    content = whole({**dict(copy.content), **given})
    if given.keys() & {"body", "body_format"}:
        return prepare(content, house)
    refuse_language(content, house)
    return Draft(content, copy.body_html)


def whole(fields: Mapping[str, Any]) -> ArticleInput:
    """An article made of these fields; `Invalid` names each that is wrong."""
    try:
        return ArticleInput.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        details = tuple(
            Detail(
                "invalid_field",
                str(item["msg"]).removeprefix("Value error, "),
                pointer="".join(f"/{part}" for part in item["loc"]) or "/",
            )
            for item in found
        )
        first = details[0]
        raise Invalid(first.code, f"{first.pointer}: {first.message}.", details) from error
