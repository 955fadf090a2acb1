"""One question in Meilisearch's format, validated."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.kit.text import check_legal
from app.search.instant.grammar import Given

MOST_QUERIES: Final = 20
MOST_HITS: Final = 200
"""The limit of one page; InstantSearch requests one more hit than it shows."""
_ABSURD: Final = 2**53

Text = Annotated[str, AfterValidator(check_legal)]
Name = Annotated[Text, Field(max_length=200)]
Names = Annotated[list[Name], Field(max_length=100)]
Page = Annotated[int, Field(ge=0, le=_ABSURD)]
Words = Annotated[
    Text,
    Field(max_length=2_000, description='Words, "phrases" and -exclusions; the newest when empty'),
]
FilterText = Annotated[
    Given,
    Field(
        description="Conditions on authors, id, kind, lang, published_at, syndicatable, tags and "
        "year; of a list all hold, of a list in it any"
    ),
]
Tag = Annotated[Text, Field(max_length=200)]


class _Wire(BaseModel):
    """Strict, as Meilisearch is: another type or an unknown member is refused."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        json_schema_extra={"additionalProperties": False},
    )


class SearchQuestion(_Wire):
    """What Meilisearch's clients send to search one index. What is not offered here may be null.

    `matchingStrategy` and `cropLength` are hints: the engine chooses by the words that are asked
    for, and shows the passage that fits best. `locales` says in which language tags are named.
    """

    q: Words | None = None
    filter: FilterText = None
    facets: Names | None = None
    sort: Annotated[
        list[Name] | None, Field(max_length=10, description="`published_at:desc` or `:asc`")
    ] = None
    offset: Page | None = None
    limit: Annotated[int, Field(ge=0, le=MOST_HITS)] | None = None
    page: Page | None = None
    hits_per_page: Annotated[int, Field(ge=0, le=MOST_HITS)] | None = None
    attributes_to_retrieve: Names | None = None
    attributes_to_highlight: Names | None = None
    attributes_to_crop: Names | None = None
    crop_length: Annotated[int, Field(ge=0, le=_ABSURD)] | None = None
    crop_marker: Tag | None = None
    highlight_pre_tag: Tag | None = None
    highlight_post_tag: Tag | None = None
    matching_strategy: Literal["last", "all", "frequency"] | None = None
    show_ranking_score: bool | None = None
    locales: Names | None = None
    attributes_to_search_on: Annotated[list[Literal["*"]], Field(max_length=1)] | None = None
    show_matches_position: Literal[False] | None = None
    show_ranking_score_details: Literal[False] | None = None
    retrieve_vectors: Literal[False] | None = None
    distinct: None = None
    hybrid: None = None
    media: None = None
    personalize: None = None
    ranking_score_threshold: None = None
    vector: None = None


class IndexQuestion(SearchQuestion):
    """One of several: `indexUid` names `articles`, perhaps with an order after a colon."""

    index_uid: Name
    federation_options: None = None


class MultiSearch(_Wire):
    """Several questions at once, which are answered in their order."""

    queries: Annotated[list[IndexQuestion], Field(max_length=MOST_QUERIES)]
    federation: None = None


class FacetSearch(BaseModel):
    """Which values of a facet begin with what is typed. Other members are ignored, as there."""

    model_config = ConfigDict(extra="ignore", strict=True, alias_generator=to_camel)

    facet_name: Name
    facet_query: Annotated[Text, Field(max_length=500)] | None = None
    q: Words | None = None
    filter: FilterText = None
    locales: Names | None = None


_LATER: Final = re.compile(r"(?<!^)(?=[A-Z])")
_PLACE_ALONE: Final = ("queries", "federation")


def refusal(model: type[BaseModel], problem: Any) -> tuple[str, str]:
    """Meilisearch's code and message for the first error that pydantic reports."""
    loc = problem["loc"]
    index = loc[1] if len(loc) > 1 and loc[0] == "queries" and isinstance(loc[1], int) else None
    place = f".queries[{index}]" if index is not None else ""
    member = str(loc[2 if index is not None else 0]) if len(loc) > 2 * (index is not None) else ""
    facet = "facet_" if model is FacetSearch and member.startswith("facet") else ""
    snake = _LATER.sub("_", member).lower()
    code = f"invalid_{facet}search_{snake}"
    if member in _PLACE_ALONE:
        code = f"invalid_multi_search_{snake}"
    elif member in ("indexUid", "federationOptions", ""):
        code = "invalid_index_uid" if member == "indexUid" else "bad_request"
    match problem["type"]:
        case "json_invalid":
            message = str(problem["msg"]).removeprefix("Invalid JSON: ")
            return "malformed_payload", f"The json payload provided is malformed. `{message}`."
        case "missing":
            inside = f" inside `{place}`" if place else ""
            missing = code.replace("invalid_", "missing_", 1)
            return missing, f"Missing field `{member}`{inside}"
        case "extra_forbidden":
            question_model = IndexQuestion if place else model
            members = ", ".join(
                f"`{to_camel(name)}`" for name in sorted(question_model.model_fields)
            )
            inside = f" inside `{place}`" if place else ""
            return (
                "bad_request",
                f"Unknown field `{member[:60]}`{inside}: expected one of {members}",
            )
        case "none_required":
            return code, f"`{place}.{member}` is not offered here; leave it out."
        case _:
            message = str(problem["msg"]).removeprefix("Value error, ")
            where = f"{place}.{member}" if member else "the body"
            return code, f"Invalid value at `{where}`: {message[:1].lower()}{message[1:]}."
