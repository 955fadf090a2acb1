"""A change of some fields: absent fields stay, and the result must be a valid article."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from app.editorial.articles import WorkingCopy
from app.editorial.content import (
    ArticleFields,
    ArticleInput,
    Draft,
    RightsInput,
    SiteRules,
    prepare,
    refuse_out_of_place,
)
from app.errors import Detail, Invalid
from app.inputs import make_optional
from app.kit.text import fold_body, slug_of
from app.public.vocabulary import Slug


@make_optional
class ArticlePatch(ArticleFields):
    """Any of an article's fields. Null clears `source`, `image`, `published_at`, `updated_at`,
    `seo`, `canonical_url`, `parent`."""

    slug: Slug  # required here: an existing article keeps an address


def apply_patch(copy: WorkingCopy, patch: ArticlePatch, rules: SiteRules) -> Draft:
    """The working copy with the given fields replaced; `Invalid` when the result is no article.

    An unchanged body is not rendered again.
    """
    patched_fields = {name: getattr(patch, name) for name in patch.model_fields_set}
    if patched_fields.get("kind", copy.article.kind) != copy.article.kind:
        detail = Detail("kind_fixed", "Leave it out.", pointer="/kind")
        raise Invalid("kind_fixed", "An article's kind cannot change; create another.", (detail,))
    if isinstance(
        rights := patched_fields.get("rights"), RightsInput
    ):  # keep the rights that the patch does not name
        rights_fields = {name: getattr(rights, name) for name in rights.model_fields_set}
        patched_fields["rights"] = copy.content.rights.model_copy(update=rights_fields)
    slug_is_set = "slug" in patched_fields
    content = validate_article({**dict(copy.content), **patched_fields})
    if content.title != copy.content.title and not (slug_is_set or copy.article.slug_is_set):
        # The slug is made from the title anew, unless none can be.
        content = content.model_copy(
            update={"slug": None if slug_of(content.title) else content.slug}
        )
    if patched_fields.keys() & {"body", "body_format"}:
        return replace(prepare(content, rules), slug_is_set=slug_is_set)
    refuse_out_of_place(content, rules)
    words = fold_body(copy.body_html)
    return Draft(content, copy.body_html, slug_is_set=slug_is_set, body_words=words)


def validate_article(fields: Mapping[str, Any]) -> ArticleInput:
    """An article made of these fields; `Invalid` names each wrong field."""
    try:
        return ArticleInput.model_validate(fields)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        details = tuple(
            Detail(
                "invalid_field",
                str(item["msg"]).removeprefix("Value error, "),
                pointer="".join(f"/{part}" for part in item["loc"]) or "/",
            )
            for item in errors
        )
        first = details[0]
        raise Invalid(first.code, f"{first.pointer}: {first.message}.", details) from error
