"""Sponsors and committee members, as editors write them."""

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Annotated, Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator
from sqlmodel import col
from typing_extensions import override

from app.changes import PublishTx
from app.database import ReadTx
from app.editorial.content import Address, Line, Text
from app.editorial.dated_content import LAST_POSITION, DatedContent
from app.editorial.profiles import Links
from app.errors import Conflict, Detail
from app.inputs import Input, PatchInput, make_optional
from app.kinds import committee, sponsors
from app.kit.languages import UNDETERMINED
from app.kit.text import slug_of
from app.models.committee import CommitteeMember
from app.models.sponsor import Sponsor
from app.public.vocabulary import CommitteeGroup, Day, Lang, Slug, SponsorKind

_FEW: Any = Field(max_length=50)
Position = Annotated[int, Field(ge=0, le=LAST_POSITION)]
Biography = Annotated[dict[Lang, Text], _FEW]
Names = Annotated[dict[Lang, Line], _FEW]
Statements = Annotated[dict[Lang, Text], _FEW]

USUAL_ROLE: Final = {"en": "Member", "es": "Integrante"}
"""The role of those of whom none is said."""


def plain_role(text: str) -> dict[str, str]:
    """A role that is one text for all languages."""
    return dict(USUAL_ROLE) if text == USUAL_ROLE["en"] else {UNDETERMINED: text}


def _by_language(role: object) -> object:
    return plain_role(role) if isinstance(role, str) else role


def _map_plain_role(role: object) -> object:
    return {UNDETERMINED: role} if isinstance(role, str) else role


def _plain_if_undetermined(role: dict[str, str]) -> str | dict[str, str]:
    """A text of no language stands alone in files."""
    return role[UNDETERMINED] if role.keys() == {UNDETERMINED} else role


Role = Annotated[
    Names,
    BeforeValidator(_by_language, json_schema_input_type=Line | Names),
    PlainSerializer(_plain_if_undetermined, when_used="json"),
]
"""Texts by language, or one text for all of them."""
ChangedNames = Annotated[dict[Lang, Line | None], _FEW]


def _not_before(first: str, last: date | None, info: ValidationInfo) -> date | None:
    """The last day; ValueError when it is before the first day, which is in the field `first`."""
    begins: date | None = info.data.get(first)
    if begins is not None and last is not None and last < begins:
        raise ValueError(f"the last day is before the first; see {first}")
    return last


class NewSponsor(Input):
    """A sponsor, who comes last; `valid_to` is the last valid day. `names` and `statements` are
    those of languages in which they differ. `image` is the id of a medium with the logo."""

    name: Line
    names: Names = {}
    kind: SponsorKind = "sponsor"
    url: Address | None = None
    logo: Address | None = None
    image: UUID | None = None
    statement: Text | None = None
    statements: Statements = {}
    valid_from: Day | None = None
    valid_to: Day | None = None

    @field_validator("valid_to", mode="after")
    @classmethod
    def _check_dates(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("valid_from", last, info)


class SponsorInput(NewSponsor):
    """A sponsor with a place among the others, as the interchange format has it."""

    position: Position = 0


@make_optional
class SponsorChange(PatchInput):
    """What to change of a sponsor."""

    name: Line
    names: ChangedNames | None
    kind: SponsorKind
    url: Address | None
    logo: Address | None
    image: UUID | None
    statement: Text | None
    statements: Annotated[dict[Lang, Text | None], _FEW] | None
    valid_from: Day | None
    valid_to: Day | None


class NewMember(Input):
    """A committee member, who comes last; `term_to` is the last day in office. The slug is made
    from the name when absent. `portrait` is the id of a medium."""

    slug: Slug | None = None
    name: Line
    role: Role = USUAL_ROLE
    group: CommitteeGroup = "committee"
    affiliation: Text | None = None
    biography: Biography = {}
    portrait: UUID | None = None
    links: Links = ()
    term_from: Day | None = None
    term_to: Day | None = None

    @field_validator("term_to", mode="after")
    @classmethod
    def _check_dates(cls, last: date | None, info: ValidationInfo) -> date | None:
        return _not_before("term_from", last, info)


class MemberInput(NewMember):
    """A member with a place among the others, as the interchange format has it."""

    position: Position = 0


@make_optional
class MemberChange(PatchInput):
    """What to change of a committee member. A role that is one text replaces those of all
    languages."""

    slug: Slug
    name: Line
    role: Annotated[
        ChangedNames, BeforeValidator(_map_plain_role, json_schema_input_type=Line | ChangedNames)
    ]
    group: CommitteeGroup
    affiliation: Text | None
    biography: Annotated[dict[Lang, Text | None], _FEW] | None
    portrait: UUID | None
    links: Links
    term_from: Day | None
    term_to: Day | None

    @override
    def apply_to(self, current: Mapping[str, Any]) -> dict[str, Any]:
        is_replaced = "role" in self.model_fields_set and UNDETERMINED in self.role
        return super().apply_to({**current, "role": {}} if is_replaced else current)


class MemberContent(DatedContent[CommitteeMember]):
    """The commands of members, who have slugs of their own."""

    @override
    def states(self, tx: ReadTx, rows: Any) -> list[dict[str, Any]]:
        return [{**state, "links": tuple(state["links"])} for state in super().states(tx, rows)]

    @override
    def _complete(self, tx: PublishTx, fields: dict[str, Any], row: Any) -> dict[str, Any]:
        slug = fields["slug"] or (row.slug if row is not None else None)
        if slug is None:
            slug = _free_slug(tx, fields["name"])
        elif (row is None or slug != row.slug) and _is_held(tx, slug):
            detail = Detail("slug_taken", "Choose another slug.", pointer="/slug")
            message = f"Another member has the slug {slug!r}; choose another."
            raise Conflict("slug_taken", message, (detail,))
        role = fields["role"] or USUAL_ROLE
        return {**fields, "slug": slug, "role": dict(role), "links": tuple(fields["links"])}

    @override
    def _assign(self, tx: PublishTx, row: Any, fields: Mapping[str, Any]) -> None:
        super()._assign(tx, row, {**fields, "links": list(fields["links"])})


def _free_slug(tx: PublishTx, name: str) -> str:
    """A slug made from the name, numbered if another member has it."""
    plain = slug_of(name) or "member"
    numbered = (plain if number == 1 else f"{plain}-{number}" for number in count(1))
    return next(slug for slug in numbered if not _is_held(tx, slug))


def _is_held(tx: PublishTx, slug: str) -> bool:
    """Whether a member has the slug; removed ones have none."""
    tx.session.flush()
    table = CommitteeMember
    holder = sa.select(col(table.id)).where(
        col(table.slug) == slug, col(table.removed_at).is_(None)
    )
    return tx.execute(holder.limit(1)).first() is not None


SPONSORS: Final = DatedContent(
    sponsors.SPONSORS, Sponsor, SponsorInput, "There is nobody with this id."
)
MEMBERS: Final = MemberContent(
    committee.COMMITTEE, CommitteeMember, MemberInput, "There is nobody with this id."
)
