"""Pictures as the world sees them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from app.public.named_types import OptionalText
from app.public.vocabulary import GivenAddress

Pixels = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class FocalPoint(BaseModel):
    """What must stay in sight when a picture is cropped: a point by shares of its sides."""

    x: Annotated[Share, Field(description="From the left: 0 to 1")]
    y: Annotated[Share, Field(description="From the top: 0 to 1")]


class ImageSize(BaseModel):
    """One file of a picture."""

    width: Annotated[Pixels, Field(description="In pixels")]
    url: Annotated[GivenAddress, Field(description="Where the file is")]
    type: Annotated[Literal["image/webp", "image/jpeg"], Field(description="Its media type")]


class Image(BaseModel):
    """A picture; what is not known of one that is kept elsewhere is null."""

    url: Annotated[GivenAddress, Field(description="A file that any browser shows")]
    alt: Annotated[str, Field(description="What is to be seen; empty for decoration")]
    caption: Annotated[OptionalText, Field(description="To stand below it")]
    credit: Annotated[OptionalText, Field(description="Whom to name as its maker")]
    width: Annotated[Pixels | None, Field(description="Of `url`, in pixels")]
    height: Annotated[Pixels | None, Field(description="Of `url`, in pixels")]
    colour: Annotated[
        Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None,
        Field(description="The average, to fill its place meanwhile"),
    ]
    focal_point: Annotated[
        FocalPoint | None, Field(description="What a crop must keep; null: the middle")
    ]
    sizes: Annotated[list[ImageSize] | None, Field(description="All its files, for `srcset`")]


OptionalImage = TypeAliasType(
    "OptionalImage", Annotated[Image | None, Field(description="Null when there is none")]
)
