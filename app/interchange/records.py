"""The records of the interchange format, one class each.

`id` is kept when given, so links survive a move to another store. `import_digest` is what the
record said when it last came from its source: with it an importer still knows, after a move, what
an editor has changed since.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from app.editorial.aliases import FarAddress
from app.editorial.authors import AuthorRecordInput
from app.editorial.content import ArticleInput, ImageInput, Line, Text
from app.editorial.dated_content import DatedContent
from app.editorial.events import EVENTS, EventInput
from app.editorial.people import MEMBERS, SPONSORS, MemberInput, SponsorInput
from app.editorial.site_input import FeaturedSlugs, SiteTexts
from app.editorial.tags import TagInput
from app.inputs import Input
from app.interchange.media_records import WORDS, ImageRecord, LogoAddress, MediaRecord, PictureKey
from app.newsletters.portable_issues import SentIssue
from app.public.vocabulary import Lang, Moment, Slug, TagStatus, TagType

Path = Annotated[str, Field(min_length=1, max_length=1_000)]
Synonyms = dict[Lang, Annotated[tuple[Line, ...], Field(max_length=100, strict=False)]]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


_ABOUT: Final = ("id", "external_source", "external_id", "import_digest")
"""The fields of a sourced record beside its content."""


class IdentifiedRecord(Input):
    """The optional fields of every record beside its content."""

    id: UUID | None = None
    import_digest: Digest | None = None


class SourcedRecord(IdentifiedRecord):
    """With `external_source` and `external_id` an import knows what it brought before."""

    external_source: Line | None = None
    external_id: Line | None = None

    @model_validator(mode="after")
    def _require_both(self) -> Self:
        if (self.external_source is None) != (self.external_id is None):
            raise ValueError("external_source and external_id go together")
        return self


class TagRecord(IdentifiedRecord):
    """A tag; its own type is `tag_type`, since `type` names the record. `former_slugs` lead to it;
    they are no part of what it says, so they make no difference between two records."""

    type: Literal["tag"]
    slug: Slug
    tag_type: TagType = "topic"
    names: Annotated[dict[Lang, Line], Field(min_length=1)]
    descriptions: dict[Lang, Text] = {}
    synonyms: Synonyms = {}
    parent: Slug | None = None
    status: TagStatus = "accepted"
    former_slugs: Annotated[tuple[Slug, ...], Field(strict=False)] = ()

    def input(self) -> TagInput:
        """The input type of editorial."""
        return TagInput(
            slug=self.slug,
            type=self.tag_type,
            names=self.names,
            descriptions=self.descriptions,
            synonyms=self.synonyms,
            parent=self.parent,
            status=self.status,
        )


class DatedRecord(SourcedRecord):
    """A thing of a kind with dates, by the fields that editors write."""

    content: ClassVar[DatedContent[Any]]
    type: str

    def input(self) -> Input:
        """The input type of editorial."""
        fields = self.content.fields
        return fields(**{name: getattr(self, name) for name in fields.model_fields})

    @classmethod
    def of(cls, row: Any, state: Mapping[str, Any]) -> Self:
        """The record of a stored row and the fields that editors wrote."""
        value = {name: getattr(row, name) for name in _ABOUT}
        return cls(type=cls.content.kind.name, **state, **value)


class SponsorRecord(DatedRecord, SponsorInput):
    """A sponsor."""

    content = SPONSORS
    type: Literal["sponsor"]
    logo: LogoAddress | None = None
    image: PictureKey | None = None  # type: ignore[assignment]  # a reference stands here until it is resolved


class MemberRecord(DatedRecord, MemberInput):
    """A committee member."""

    content = MEMBERS
    type: Literal["committee_member"]
    portrait: PictureKey | None = None  # type: ignore[assignment]  # as above


class EventRecord(DatedRecord, EventInput):
    """An event."""

    content = EVENTS
    type: Literal["event"]


class AuthorRecord(SourcedRecord, AuthorRecordInput):
    """What is said of an author; the slug joins it to the author's articles."""

    type: Literal["author"]
    portrait: PictureKey | None = None  # type: ignore[assignment]  # as above

    def input(self) -> AuthorRecordInput:
        """The input type of editorial."""
        names = AuthorRecordInput.model_fields
        return AuthorRecordInput(**{name: getattr(self, name) for name in names})

    @classmethod
    def of(cls, row: Any, state: Mapping[str, Any]) -> Self:
        """The record of a stored row and the fields that editors wrote."""
        return cls(type="author", **state, **{name: getattr(row, name) for name in _ABOUT})


class TranslationRecord(Input):
    """The same story in another language."""

    lang: Lang
    slug: Slug


def _to_image_record(image: object) -> object:
    if isinstance(image, ImageInput) and not isinstance(image, ImageRecord):
        return ImageRecord(**dict(image))
    return image


ImageField = Annotated[ImageRecord | None, BeforeValidator(_to_image_record)]


class ArticleText(ArticleInput):
    """The content of an article, which may refer to media by name."""

    image: ImageField = None

    @classmethod
    def of(cls, content: ArticleInput) -> Self:
        """The same content as a part of a record."""
        return cls(**dict(content))


class ScheduledRecord(Input):
    """A newer text of an article that becomes public at a time to come."""

    content: ArticleText
    visible_from: Moment
    visible_until: Moment | None = None


class ArticleRecord(SourcedRecord, ArticleInput):
    """An article with where it stands.

    The content is what is public, or was last, or will be first. `visible_from` matters only when
    it is still to come. `scheduled` are newer texts with their times, `draft` is a newer text
    without one. `former_slugs` answer as old addresses, and so do `paths`.
    """

    type: Literal["article"]
    image: ImageField = None
    status: Literal["draft", "scheduled", "published", "unpublished", "retracted", "expired"] = (
        "published"
    )
    reason: Text | None = None
    ended_at: Moment | None = None
    visible_from: Moment | None = None
    visible_until: Moment | None = None
    scheduled: Annotated[tuple[ScheduledRecord, ...], Field(strict=False)] = ()
    draft: ArticleText | None = None
    translations: Annotated[tuple[TranslationRecord, ...], Field(strict=False)] = ()
    former_slugs: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    paths: Annotated[tuple[Path, ...], Field(strict=False)] = ()
    edited_since_import: bool = False

    @model_validator(mode="after")
    def _check_dates(self) -> Self:
        if self.status == "scheduled" and self.visible_from is None:
            raise ValueError("what is scheduled needs visible_from")
        if self.scheduled and self.status == "draft":
            raise ValueError("what is scheduled is no draft; give status scheduled")
        return self

    @property
    def is_nameless(self) -> bool:
        """Whether it has nothing by which an import can know it again once it has changed."""
        return not (self.external_source or self.id or self.slug)

    def input(self) -> ArticleInput:
        """The input type of editorial. A record is checked as one, so it is not checked again."""
        fields = {name: getattr(self, name) for name in ArticleInput.model_fields}
        return ArticleInput.model_construct(**fields)


class SiteRecord(SiteTexts):
    """What the site says of itself; there is one. `featured` are slugs of articles. An import knows
    by `import_digest` what editors have changed since."""

    type: Literal["site"]
    logo: PictureKey | None = None  # type: ignore[assignment]  # as above
    featured: FeaturedSlugs = ()
    import_digest: Digest | None = None


class AliasRecord(Input):
    """An old path: the article (`slug`), the tag or the other site (`url`) where it leads, or why
    it is gone."""

    type: Literal["alias"]
    path: Path
    slug: Slug | None = None
    tag: Slug | None = None
    gone: Line | None = None
    url: FarAddress | None = None


class NewsletterIssueRecord(SentIssue):
    """An issue that went out, as readers may read it again. Importing one sends nothing."""

    type: Literal["newsletter_issue"]
    id: UUID | None = None

    def input(self) -> SentIssue:
        """The input type of newsletters."""
        return SentIssue(**{name: getattr(self, name) for name in SentIssue.model_fields})


Record = (
    TagRecord
    | MediaRecord
    | AuthorRecord
    | DatedRecord
    | ArticleRecord
    | SiteRecord
    | AliasRecord
    | NewsletterIssueRecord
)
RECORD: TypeAdapter[Record] = TypeAdapter(
    Annotated[
        TagRecord
        | MediaRecord
        | AuthorRecord
        | SponsorRecord
        | MemberRecord
        | EventRecord
        | ArticleRecord
        | SiteRecord
        | AliasRecord
        | NewsletterIssueRecord,
        Field(discriminator="type"),
    ]
)
DATED_RECORDS: Final[tuple[type[DatedRecord], ...]] = (SponsorRecord, MemberRecord, EventRecord)
"""The order of an export."""

_NOT_CONTENT = {"id", "import_digest", "edited_since_import", "external_source", "external_id"}


def as_json(record: Record) -> dict[str, Any]:
    """The record without default values, its type first."""
    fields = record.model_dump(mode="json", exclude_defaults=True)
    return {"type": fields.pop("type"), **fields}


def as_line(record: Record) -> str:
    """The record as a line of a file, without its end."""
    return json.dumps(as_json(record), ensure_ascii=False)


def digest(record: Record) -> str:
    """A digest that is equal for records of equal content, whatever their origin and id."""
    left_out = _NOT_CONTENT | ({"former_slugs"} if isinstance(record, TagRecord) else set())
    if isinstance(record, MediaRecord):
        left_out = type(record).model_fields.keys() - WORDS
    fields = record.model_dump(mode="json", exclude_defaults=True, exclude=left_out)
    return blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()
