"""The records of the interchange format, one class each."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.editorial.content import ArticleInput, Input, Line, Moment, Text
from app.editorial.people import MemberInput, SponsorInput
from app.editorial.tags import TagInput
from app.public.vocabulary import Lang, Slug, TagType

Path = Annotated[str, Field(min_length=1, max_length=1_000)]
Synonyms = dict[Lang, Annotated[tuple[Line, ...], Field(max_length=100, strict=False)]]


class TagRecord(Input):
    """A tag; its own type is `tag_type`, since `type` names the record."""

    type: Literal["tag"]
    slug: Slug
    tag_type: TagType = "topic"
    names: dict[Lang, Line]
    descriptions: dict[Lang, Text] = {}
    synonyms: Synonyms = {}
    parent: Slug | None = None

    def input(self) -> TagInput:
        """As editorial takes it."""
        return TagInput(
            slug=self.slug,
            type=self.tag_type,
            names=self.names,
            descriptions=self.descriptions,
            synonyms=self.synonyms,
            parent=self.parent,
        )


class SponsorRecord(SponsorInput):
    """A sponsor."""

    type: Literal["sponsor"]

    def input(self) -> SponsorInput:
        """As editorial takes it."""
        return SponsorInput(**self.model_dump(exclude={"type"}))


class MemberRecord(MemberInput):
    """A committee member."""

    type: Literal["committee_member"]

    def input(self) -> MemberInput:
        """As editorial takes it."""
        return MemberInput(**self.model_dump(exclude={"type"}))


class TranslationRecord(Input):
    """The same story in another language."""

    lang: Lang
    slug: Slug


class ArticleRecord(ArticleInput):
    """An article with where it stands. `visible_from` matters only when it is still to come."""

    type: Literal["article"]
    id: UUID | None = None
    status: Literal["draft", "scheduled", "published", "unpublished", "retracted"] = "published"
    reason: Text | None = None
    visible_from: Moment | None = None
    visible_until: Moment | None = None
    translations: Annotated[tuple[TranslationRecord, ...], Field(strict=False)] = ()
    paths: Annotated[tuple[Path, ...], Field(strict=False)] = ()
    external_source: Line | None = None
    external_id: Line | None = None

    def input(self) -> ArticleInput:
        """As editorial takes it."""
        names = ArticleInput.model_fields
        return ArticleInput(**{name: getattr(self, name) for name in names})


class AliasRecord(Input):
    """An old path: where it leads, or why it is gone."""

    type: Literal["alias"]
    path: Path
    slug: Slug | None = None
    gone: Line | None = None


Record = Annotated[
    TagRecord | SponsorRecord | MemberRecord | ArticleRecord | AliasRecord,
    Field(discriminator="type"),
]
