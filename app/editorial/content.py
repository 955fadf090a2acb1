"""The input of an article, from editors, importers and tests."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from app.audit import By
from app.errors import Detail, Forbidden, Invalid
from app.inputs import Input
from app.kit.markup import RemovedMarkup
from app.kit.page_urls import PageUrls
from app.kit.sanitise import TangledMarkup, render_body
from app.kit.text import check_legal, check_visible, fold_body, slug_of
from app.public.vocabulary import BodyFormat, DatePrecision, Kind, Lang, Moment, Slug


def _normalise_newlines(text: object) -> object:
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


_UNSAFE = re.compile(r'[\s"<>\\^`{|}]')  # RFC 3986 requires %XX for these


def check_address(text: str) -> str:
    """The address, for validators; `ValueError` unless it is one of the web without a password."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or _UNSAFE.search(text):
        raise ValueError("must be an http:// or https:// address")
    if "@" in parts.netloc:
        raise ValueError("must name no user and no password")
    return text


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, strip_whitespace=True, pattern=r"^[^\n\r\t]*$"),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
]
# The validator that normalises line ends comes last, so it runs before the constraints.
Text = Annotated[
    str,
    StringConstraints(max_length=5_000),
    AfterValidator(check_legal),
    BeforeValidator(_normalise_newlines),
]
Remark = Annotated[
    str,
    StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
    BeforeValidator(_normalise_newlines),
]
Body = Annotated[
    str,
    StringConstraints(max_length=1_000_000),
    AfterValidator(check_legal),
    BeforeValidator(_normalise_newlines),
]
Address = Annotated[
    str,
    StringConstraints(max_length=2_000),
    AfterValidator(check_legal),
    AfterValidator(check_address),
]


class AuthorInput(Input):
    """A name under an article; the slug is made from it when absent."""

    name: Line
    slug: Slug | None = None


class SourceInput(Input):
    """Where the story was first published."""

    name: Line
    url: Address | None = None


class ImageInput(Input):
    """The article's main picture: one of the media here, or one that is kept elsewhere.

    What is not said of a medium comes from the medium when the article is published. With both
    (as exports write it) `url` holds where there is no such medium. A picture from elsewhere may
    wait for its alternative text, but not beyond its publication by an editor.
    """

    media_id: UUID | None = None
    url: Address | None = None
    alt: Annotated[Line | None, BeforeValidator(lambda alt: alt or None)] = None
    caption: Text | None = None
    credit: Line | None = None

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if self.media_id is None and self.url is None:
            raise ValueError("an image needs a media_id, or a url")
        return self


class SeoInput(Input):
    """What search engines and social networks show in place of the article's title, summary and
    image. The picture is one of the media here; an export adds the `url` that it has here."""

    title: Line | None = None
    description: Annotated[Text | None, BeforeValidator(lambda text: text or None)] = None
    image: ImageInput | None = None

    @model_validator(mode="after")
    def _require_medium(self) -> Self:
        if self.image is not None and self.image.media_id is None:
            raise ValueError("the image of seo is a medium here; give its media_id")
        return self


class RightsInput(Input):
    """What readers may do with it; without a licence the site's default holds."""

    licence: Address | None = None
    credit: Line | None = None
    syndicatable: bool = True


class CorrectionInput(Input):
    """A dated note to readers."""

    at: Moment
    note: Annotated[Text, StringConstraints(min_length=1), AfterValidator(check_visible)]


class ArticleFields(Input):
    """An article as an editor writes it; `article_patch.ArticlePatch` has some of its fields."""

    kind: Kind = "article"
    lang: Lang
    title: Line
    slug: Slug | None = None
    summary: Text = ""
    body: Body = ""
    body_format: BodyFormat = "markdown"
    authors: Annotated[tuple[AuthorInput, ...], Field(max_length=50, strict=False)] = ()
    source: SourceInput | None = None
    image: ImageInput | None = None
    rights: RightsInput = RightsInput()
    tags: Annotated[tuple[Slug, ...], Field(max_length=50, strict=False)] = ()
    published_at: Moment | None = None
    date_precision: DatePrecision = "time"
    updated_at: Moment | None = None
    corrections: Annotated[tuple[CorrectionInput, ...], Field(max_length=100, strict=False)] = ()
    is_excerpt: bool = False
    seo: SeoInput | None = None
    canonical_url: Address | None = None
    parent: Slug | None = None
    position: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    related: Annotated[tuple[UUID, ...], Field(max_length=8, strict=False)] = ()


class ArticleInput(ArticleFields):
    """An article's content. `tags` are slugs; `published_at` is the date shown to readers.

    `parent` is the slug of the page above a page, `position` its place among other pages.
    `related` are the ids of articles that readers are shown first, in this order.
    """

    @property
    def images(self) -> list[tuple[str, ImageInput]]:
        """The pictures beside the body, each with its JSON pointer."""
        seo_image = self.seo.image if self.seo is not None else None
        both = (("/image", self.image), ("/seo/image", seo_image))
        return [(pointer, image) for pointer, image in both if image is not None]

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        if self.kind != "page" and (self.parent is not None or self.position):
            raise ValueError("only a page has a parent and a position; leave them out")
        if self.parent is not None and self.parent == self.slug:
            raise ValueError("a page cannot be its own parent")
        if len(set(self.related)) != len(self.related):
            raise ValueError("a related article is named twice")
        return self

    @model_validator(mode="after")
    def _require_slug(self) -> Self:
        if self.slug is None and not slug_of(self.title):
            raise ValueError("give a slug: none can be made from this title")
        if len(set(self.tags)) != len(self.tags):
            raise ValueError("a tag is named twice")
        if any(not (author.slug or slug_of(author.name)) for author in self.authors):
            raise ValueError("give every author a slug: none can be made from a name")
        return self


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules of one site."""

    languages: tuple[str, ...]
    licence: str
    embed_hosts: tuple[str, ...] = ()
    address: str = ""
    """The address of its API, without a trailing slash."""
    page_urls: PageUrls = field(default_factory=PageUrls)
    """The pages of the front end."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts: `name` goes into revisions, `by` into the audit (None for imports)."""

    name: str
    by: By | None = None
    may_publish: bool = True
    """True for the operator's own imports; over HTTP a scope decides."""
    is_importer: bool = False
    """Whether records of a file are imported, whose pictures may wait for their alt texts."""
    own_drafts_only: bool = False
    """Whether the actor may change only the articles that they began."""

    @property
    def account_id(self) -> UUID | None:
        """The account of the actor, when the actor is a person."""
        return self.by.account_id if self.by else None


def require_publisher(actor: Actor, why: str) -> None:
    """`Forbidden` unless the actor may publish: the act changes public content."""
    if not actor.may_publish:
        message = f"{why}; to change that needs the scope articles:publish."
        raise Forbidden("scope_missing", message)


@dataclass(frozen=True, slots=True)
class Draft:
    """Content that keeps the site's rules, with its rendered body; made outside any transaction.

    `removed` lists the markup that sanitising removed from the body. `slug_is_set` when an editor
    chose the slug with this text. `body_words` is what searching in drafts looks through, if it
    was made beforehand.
    """

    content: ArticleInput
    body_html: str
    removed: Sequence[RemovedMarkup] = ()
    slug_is_set: bool = False
    body_words: str | None = None


def prepare(content: ArticleInput, rules: SiteRules) -> Draft:
    """Check the site's rules and render the body. Rendering is slow, so no lock is held.

    HTML is stored sanitised, so an editor's tool that shows it runs no foreign script.
    """
    refuse_out_of_place(content, rules)
    try:
        safe = render_body(content.body, content.body_format, rules.embed_hosts)
    except TangledMarkup as error:
        message = "Its elements are nested too deeply or left open too often; close them."
        detail = Detail("tangled_body", message, pointer="/body")
        raise Invalid("tangled_body", f"The body is refused. {message}", (detail,)) from error
    if content.body_format == "html":
        content = content.model_copy(update={"body": safe.html})
    return Draft(content, safe.html, safe.removed, body_words=fold_body(safe.html))


def refuse_out_of_place(content: ArticleInput, rules: SiteRules) -> None:
    """`Invalid` when the content's language or its canonical address is not for this site."""
    refuse_language(content, rules)
    own_hosts = {urlsplit(own).hostname for own in (rules.address, rules.page_urls.site) if own}
    if content.canonical_url and urlsplit(content.canonical_url).hostname in own_hosts:
        message = "A canonical_url names the original at another site; leave it out for our own."
        detail = Detail("canonical_here", message, pointer="/canonical_url")
        raise Invalid("canonical_here", message, (detail,))


def refuse_language(content: ArticleInput, rules: SiteRules) -> None:
    """`Invalid` when the site does not publish in the content's language."""
    if content.lang not in rules.languages:
        site_languages = ", ".join(rules.languages)
        detail = Detail("unknown_language", f"Use one of: {site_languages}.", pointer="/lang")
        raise Invalid("unknown_language", f"This site publishes in: {site_languages}.", (detail,))


def to_revision_json(content: ArticleInput, tag_ids: Sequence[UUID]) -> dict[str, Any]:
    """A revision's JSON: tags by id, since their slugs may change."""
    fields = content.model_dump(mode="json", exclude={"tags"})
    return {**fields, "tag_ids": [str(tag_id) for tag_id in tag_ids]}


def from_revision_json(fields: Mapping[str, Any], tag_slugs: Mapping[UUID, str]) -> ArticleInput:
    """The content of a revision's JSON with today's tags: a merged tag becomes its target, once,
    and a removed tag is left out. Fields that this version does not know are left out too, so a
    text stays editable after a downgrade and during a rolling deploy."""
    plain = {name: value for name, value in fields.items() if name != "tag_ids"}
    slugs = (tag_slugs.get(UUID(tag_id)) for tag_id in fields["tag_ids"])
    plain["tags"] = list(dict.fromkeys(slug for slug in slugs if slug is not None))
    return ArticleInput.model_validate_json(json.dumps(plain), extra="ignore")
