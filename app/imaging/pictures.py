"""A picture made anew from its pixels: upright, in sRGB, in several sizes, with nothing else in it.

It runs in the process that `sandbox_child` limits. Only the first frame of an animation is kept:
the size of an animation does not bound its cost, the JPEG for old browsers could not move, and a
picture that moves for more than five seconds needs a control to stop it (WCAG 2.2.2), which an
`img` does not have.
"""

import contextlib
import io
import re
import warnings
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, UnidentifiedImageError

from app.imaging.credit import credit_and_caption

WIDTHS: Final = (320, 640, 1200, 2000)
"""The widths made of each picture that is at least as wide; a picture is never enlarged."""

MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 16_383  # WebP has no more

_MOST_SCANS: Final = 100
"""Passes over all pixels that a JPEG may need; a camera's has one, a progressive one ten."""

_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # the other markers stand within a scan

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS: Final = {_TURNS[number] for number in (5, 6, 7, 8)}
_QUALITY: Final = {"WEBP": 80, "JPEG": 82}

Refusal = Literal["too_many_pixels", "broken_media"]


class PictureRefused(Exception):
    """The picture cannot be accepted; the only argument is a `Refusal`."""


@dataclass(frozen=True, slots=True)
class PictureRendition:
    """The picture in one size and format."""

    width: int
    height: int
    format: Literal["webp", "jpeg"]
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` are those of the upright original; `colour` is its average, as
    `#rrggbb`."""

    width: int
    height: int
    colour: str
    animated: bool
    credit: str | None
    caption: str | None
    renditions: tuple[PictureRendition, ...]


def make_picture(file: BinaryIO, widths: Sequence[int] = ()) -> Picture:
    """Decode a picture and encode it again, also in these `widths`, as far as it is so wide;
    `PictureRefused` if it is broken or too large."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    if count_scans(file.read()) > _MOST_SCANS:  # half a megabyte of scans takes a minute
        raise PictureRefused("broken_media")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=_FORMATS) as opened:
                return _picture(opened, {*WIDTHS, *widths})
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise PictureRefused("broken_media") from error
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError) as error:
        # Decoders raise these on broken bytes; the process ends after this picture anyway.
        raise PictureRefused("broken_media") from error


def count_scans(content: bytes) -> int:
    """The number of passes that a JPEG needs; 0 for another kind of file."""
    count, at = 0, 2 if content.startswith(b"\xff\xd8") else len(content)
    while (marker := _MARKER.search(content, at)) and marker[0] != b"\xff\xd9":
        count += marker[0] == b"\xff\xda"
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2])
    return count


def _picture(file: ImageFile.ImageFile, widths: Set[int]) -> Picture:
    width, height = file.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise PictureRefused("too_many_pixels")
    # Cameras append a second picture, smaller or for bright screens, to the photograph.
    is_photograph = file.format in ("JPEG", "MPO")
    animated = bool(getattr(file, "is_animated", False)) and not is_photograph
    credit, caption = credit_and_caption(file)
    if is_photograph:
        # The decoder itself can halve a picture that is far too large: several times faster.
        file.draft("RGB", (WIDTHS[-1], WIDTHS[-1]))
    file.seek(0)
    _narrow_transparency(file)
    file.load()
    turn = _TURNS.get(_orientation(file))
    if turn in _SIDEWAYS:
        width, height = height, width
    profile = file.info.get("icc_profile")
    plain = _to_direct_colour(file if turn is None else file.transpose(turn))
    plain = _in_srgb(_resize(plain, min(plain.width, WIDTHS[-1])), profile)
    plain.info.clear()  # else comments and profiles would be written out again
    return Picture(
        width=width,
        height=height,
        colour=_average(plain),
        animated=animated,
        credit=credit,
        caption=caption,
        renditions=tuple(_renditions(plain, widths)),
    )


def _narrow_transparency(image: ImageFile.ImageFile) -> None:
    """Reduce the transparent colour of a 16-bit picture to 8 bits, as which its pixels are read."""
    clear = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(clear, tuple) and "16B" in str(image.tile):
        image.info["transparency"] = tuple(value >> 8 for value in clear)


def _orientation(image: Image.Image) -> int:
    """The camera's orientation (EXIF 274); 1, upright, if nothing legible says so."""
    try:
        orientation = image.getexif().get(0x0112, 1)
    except (SyntaxError, ValueError, OSError, LookupError, TypeError):
        return 1
    return orientation if isinstance(orientation, int) else 1


def _to_direct_colour(image: Image.Image) -> Image.Image:
    """RGB, RGBA for transparency, L or CMYK: without a palette, 8 bits."""
    if image.mode.startswith("I"):  # 16 bits of grey
        wide = image.convert("I")
        grey = wide.point(lambda value: value / 256).convert("L")
        clear = image.info.get("transparency")
        if not isinstance(clear, int):
            return grey
        opaque = wide.point([0 if value == clear else 255 for value in range(65_536)], "L")
        return Image.merge("LA", (grey, opaque)).convert("RGBA")
    if image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "L", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB; an invalid profile, or one of another mode, is ignored."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, srgb, outputMode=target)
            image = converted or image
    return image if image.mode == target else image.convert(target)


def _resize(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _average(image: Image.Image) -> str:
    red, green, blue = _on_white(image).resize((1, 1), Image.Resampling.BOX).tobytes()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _renditions(image: Image.Image, widths: Set[int]) -> Iterator[PictureRendition]:
    """The renditions, largest first; each is made from the one before."""
    for width in _rendition_widths(image.width, widths):
        image = _resize(image, width)
        yield PictureRendition(width, image.height, "webp", _encode(image, "WEBP"))
        yield PictureRendition(width, image.height, "jpeg", _encode(_on_white(image), "JPEG"))


def _rendition_widths(width: int, widths: Set[int]) -> list[int]:
    largest = min(width, WIDTHS[-1])
    return [largest, *sorted((width for width in widths if width < largest), reverse=True)]


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _encode(image: Image.Image, file_format: Literal["WEBP", "JPEG"]) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, quality=_QUALITY[file_format], optimize=True, progressive=True)
    return out.getvalue()
