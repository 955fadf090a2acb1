"""What a picture is after it was made anew: its pixels upright in sRGB, and nothing else."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageColor, IptcImagePlugin, PngImagePlugin, TiffImagePlugin

from app.errors import Invalid, Unsupported
from app.imaging import pictures
from app.imaging.kinds import HEAD_BYTES, check_document, kind_of
from app.imaging.pictures import Picture, PictureRefused
from tests.builders import picture
from tests.cost import processor_time
from tests.media.png import chunk, png

SECRET = b"GPS-of-the-source"


def made(content: bytes) -> Picture:
    return pictures.make_picture(io.BytesIO(content))


def saved(image: Image.Image, file_format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def near(found: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 12 for one, other in zip(found, wanted, strict=True))


RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_every_format_becomes_webp_and_jpeg_in_every_size(file_format: str) -> None:
    content = picture(file_format, (700, 350))
    assert kind_of(content[:HEAD_BYTES]) == f"image/{file_format.lower()}"
    result = made(content)
    assert (result.width, result.height, result.animated) == (700, 350, False)
    shapes = [(r.width, r.height, r.format) for r in result.renditions]
    assert shapes == [
        (width, round(width / 2), form) for width in (700, 640, 320) for form in ("webp", "jpeg")
    ]
    for rendition in result.renditions:
        image = opened(rendition.content)
        assert image.format == rendition.format.upper()
        assert (image.mode, image.size) == ("RGB", (rendition.width, rendition.height))
        assert near(image.getpixel((10, 10)), RED)
        assert near(image.getpixel((rendition.width - 10, 10)), BLUE)
    assert near(ImageColor.getrgb(result.colour), (128, 0, 128))


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (1, [1]),
        (319, [319]),
        (320, [320]),
        (321, [321, 320]),
        (1200, [1200, 640, 320]),
        (2000, [2000, 1200, 640, 320]),
        (2500, [2000, 1200, 640, 320]),
    ],
)
def test_nothing_is_made_larger_than_it_is(width: int, widths: list[int]) -> None:
    result = made(picture("PNG", (width, 3)))
    assert [r.width for r in result.renditions if r.format == "webp"] == widths
    assert all(r.height >= 1 for r in result.renditions)


def test_where_and_by_whom_it_was_taken_goes_and_its_credit_stays() -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()  # the camera
    exif[0x013B] = SECRET.decode()  # its owner
    exif.get_ifd(0x8825)[29] = SECRET.decode()  # GPS
    exif.get_ifd(0x8769)[0xA431] = SECRET.decode()  # serial number
    iptc = b"".join(
        struct.pack(">BBBH", 0x1C, *tag, len(text)) + text
        for tag, text in (
            ((1, 90), b"\x1b%G"),
            ((2, 110), b"Agencia Andina\x07 "),
            ((2, 120), "Una niña\r\nen la marcha".encode()),
            ((2, 101), SECRET),
        )
    )
    block = (
        b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(iptc)) + iptc + b"\x00" * (len(iptc) % 2)
    )
    marker = b"Photoshop 3.0\x00" + block
    app13 = b"\xff\xed" + struct.pack(">H", len(marker) + 2) + marker
    content = picture("JPEG", exif=exif, comment=SECRET, xmp=b"<x>" + SECRET + b"</x>")
    content = content[:2] + app13 + content[2:]
    before = opened(content)
    assert before.getexif().get_ifd(0x8825)[29] == SECRET.decode()
    assert IptcImagePlugin.getiptcinfo(before)  # type: ignore[arg-type]  # the plain class is wider
    assert content.count(SECRET) >= 6
    result = made(content)
    assert (result.credit, result.caption) == ("Agencia Andina", "Una niña\nen la marcha")
    for rendition in result.renditions:
        image = opened(rendition.content)
        assert SECRET not in rendition.content
        assert not image.getexif()
        assert not {"exif", "comment", "xmp", "photoshop", "icc_profile"} & image.info.keys()


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF", "GIF"])
def test_other_formats_lose_their_texts_too(file_format: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", SECRET.decode())
    options: dict[str, Any] = {"exif": exif, "xmp": b"<x>" + SECRET + b"</x>", "pnginfo": texts}
    content = picture(file_format, **options, comment=SECRET)
    assert SECRET in content
    assert all(SECRET not in rendition.content for rendition in made(content).renditions)


@pytest.mark.parametrize(
    "broken",
    [b"", b"\x1c", b"\x1c\x02\x6e\xff\xff", b"\x1c\x02\x6e\x84\xff\xff\xff\xff", b"\x00" * 50],
)
def test_a_broken_credit_is_no_credit(broken: bytes) -> None:
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(broken)) + broken + b"\x00"
    marker = b"Photoshop 3.0\x00" + block
    content = picture()
    app13 = b"\xff\xed" + struct.pack(">H", len(marker) + 2) + marker
    result = made(content[:2] + app13 + content[2:])
    assert (result.credit, result.caption) == (None, None)


@pytest.mark.parametrize(
    ("orientation", "first", "size"),
    [
        *((1, RED, (400, 300)), (2, BLUE, (400, 300)), (3, BLUE, (400, 300)), (4, RED, (400, 300))),
        *((5, RED, (300, 400)), (6, RED, (300, 400)), (7, BLUE, (300, 400)), (8, BLUE, (300, 400))),
        *((9, RED, (400, 300)), (0, RED, (400, 300))),
    ],
)
def test_a_picture_stands_upright(
    orientation: int, first: tuple[int, int, int], size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = made(picture("JPEG", exif=exif))
    assert (result.width, result.height) == size
    image = opened(result.renditions[0].content)
    assert image.size == size
    assert near(image.getpixel((10, 10)), first)


def test_a_large_sideways_photograph_keeps_its_own_size() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    result = made(picture("JPEG", (4101, 4001), exif=exif))
    assert (result.width, result.height) == (4001, 4101)
    assert result.renditions[0].width == 2000
    assert result.renditions[0].height == pytest.approx(2050, abs=2)


def test_a_broken_exif_block_does_not_spoil_the_picture() -> None:
    exif = b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" + b"\xff" * 40
    assert made(picture("JPEG", exif=exif)).width == 400
    nested = TiffImagePlugin.ImageFileDirectory_v2()
    nested[0x0112] = 6
    assert made(picture("JPEG", exif=b"Exif\x00\x00" + nested.tobytes()[:9])).width == 400


def test_colours_are_turned_into_srgb() -> None:
    # A profile in which red and blue have changed places: what is stored as red shows as blue.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    names = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, blue = names[b"rXYZ"], names[b"bXYZ"]
    entries = bytes(profile[red + 4 : red + 12]), bytes(profile[blue + 4 : blue + 12])
    profile[blue + 4 : blue + 12], profile[red + 4 : red + 12] = entries
    swapped = picture("PNG", icc_profile=bytes(profile))
    result = opened(made(swapped).renditions[0].content)
    assert near(result.getpixel((10, 10)), BLUE)
    assert near(result.getpixel((390, 10)), RED)


@pytest.mark.parametrize("profile", [b"no profile", b"\x00" * 200])
def test_what_is_no_profile_is_passed_over(profile: bytes) -> None:
    result = opened(made(picture("PNG", icc_profile=profile)).renditions[0].content)
    assert near(result.getpixel((10, 10)), RED)


def test_every_kind_of_pixel_is_understood(subtests: pytest.Subtests) -> None:
    grey = Image.new("I;16", (4, 4))
    grey.putdata([32_768] * 16)
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    palette = Image.new("P", (4, 4))
    palette.putpalette([0, 255, 0])
    for content, white, webp_mode in (
        (saved(grey, "PNG"), (128, 128, 128), "RGB"),
        (saved(clear, "PNG"), (255, 255, 255), "RGBA"),
        (saved(clear.convert("LA"), "PNG"), (255, 255, 255), "RGBA"),
        (saved(palette, "PNG", transparency=0), (255, 255, 255), "RGBA"),
        (saved(palette, "GIF"), (0, 255, 0), "RGB"),
        (saved(Image.new("1", (4, 4), 1), "PNG"), (255, 255, 255), "RGB"),
        (saved(Image.new("L", (4, 4), 200), "JPEG"), (200, 200, 200), "RGB"),
        (saved(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"), (255, 0, 0), "RGB"),
    ):
        with subtests.test(content=content, white=white, webp_mode=webp_mode):
            webp, jpeg = made(content).renditions
            assert near(opened(jpeg.content).getpixel((1, 1)), white)
            assert opened(webp.content).mode == webp_mode


def test_of_an_animation_the_first_picture_is_kept_and_it_is_said(
    subtests: pytest.Subtests,
) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "lime")]
    for file_format in ("GIF", "WEBP", "PNG", "AVIF"):
        with subtests.test(file_format=file_format):
            content = saved(frames[0], file_format, save_all=True, append_images=frames[1:])
            result = made(content)
            assert result.animated
            assert near(opened(result.renditions[1].content).getpixel((5, 5)), RED)
            assert not getattr(opened(result.renditions[0].content), "is_animated", False)


@pytest.mark.parametrize(
    "size", [(7_072, 7_071), (60_000, 60_000), (16_384, 1), (1, 16_384), (2**31 - 1, 2**31 - 1)]
)
def test_too_many_pixels_are_refused_before_any_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(PictureRefused, match="too_many_pixels"):
        made(png(*size))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_picture_that_is_cut_off_is_refused(file_format: str, subtests: pytest.Subtests) -> None:
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    whole = saved(noise, file_format)
    for length in (20, len(whole) // 2, len(whole) * 3 // 4):
        with subtests.test(length=length), pytest.raises(PictureRefused, match="broken_media"):
            made(whole[:length])


def test_a_bomb_of_text_is_refused() -> None:
    bomb = chunk(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(4_000_000)))
    assert len(bomb) < 5_000
    with pytest.raises(PictureRefused, match="broken_media"):
        made(png(100, 100, bomb))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (SVG, "SVG"),
        (b"\xef\xbb\xbf \n" + SVG, "SVG"),
        (b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG, "SVG"),
        (b"<html><script>1</script>", "markup"),
        (b"PK\x03\x04", "archive"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"II*\x00" + b"\x00" * 20, "TIFF"),
        (b"BM" + b"\x00" * 60, "BMP"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00hevc", "HEIC"),
        (b"\xff\x0a\x00", "JPEG XL"),
        (b"\x00\x00\x00\x0cJXL \r\n", "JPEG XL"),
        (b"\x00\x00\x00\x0cjP  \r\n", "JPEG 2000"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "This kind of file is not taken"),
        (b"\x1f\x8b\x08" + b"\x00" * 60, "This kind of file is not taken"),
        (b"GIF89", "This kind of file is not taken"),
        (b" %PDF-1.7\n", "This kind of file is not taken"),
        (b"%PDF-9.9\n", "This kind of file is not taken"),
        (b"\x7fELF" + b"\x00" * 60, "This kind of file is not taken"),
    ],
)
def test_everything_else_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Unsupported, match=says) as caught:
        kind_of(content)
    assert caught.value.code == "unsupported_media"


@pytest.mark.parametrize("file_format", ["BMP", "TIFF", "ICO", "PPM", "TGA", "JPEG2000", "PDF"])
def test_pillow_s_other_decoders_are_never_reached(file_format: str) -> None:
    with pytest.raises(PictureRefused, match="broken_media"):
        made(picture(file_format))


def test_a_document_is_whole_or_refused() -> None:
    whole = picture("PDF")
    assert kind_of(whole[:HEAD_BYTES]) == "application/pdf"
    check_document(whole[:HEAD_BYTES], whole[-HEAD_BYTES:])
    for start, end in ((whole, whole[:500]), (b"<html>", whole)):
        with pytest.raises(Invalid, match="damaged"):
            check_document(start[:HEAD_BYTES], end[-HEAD_BYTES:])


def test_a_second_nature_is_lost(subtests: pytest.Subtests) -> None:
    script = b"*/=1;alert(document.domain);/*"
    archive = b"PK\x03\x04" + b"\x00" * 26 + b"evil.class" + b"PK\x05\x06" + b"\x00" * 18
    page = b"<html><body onload=alert(1)>"
    gif = picture("GIF")
    gif_script = gif[:6] + b"/*" + gif[8:-1] + b";" + script  # its width becomes 0x2a2f
    for content in (
        gif_script,
        picture("GIF") + script,
        picture("JPEG", comment=page) + archive,
        picture("PNG") + archive + page,
        picture("JPEG") + picture("PDF"),
    ):
        try:
            result = made(content)
        except PictureRefused:
            continue
        for rendition in result.renditions:
            for second in (script, b"PK\x03\x04", b"PK\x05\x06", page, b"%PDF"):
                with subtests.test(content=content, second=second):
                    assert second not in rendition.content


def test_a_jpeg_of_thousands_of_passes_is_refused_at_once() -> None:
    image = Image.effect_noise((400, 300), 80).convert("RGB")
    plain = saved(image, "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    with processor_time() as cost, pytest.raises(pictures.PictureRefused, match="broken_media"):
        made(plain[:last] + plain[last:-2] * 2_000 + plain[-2:])
    assert cost.seconds < 2
    # What follows a picture in its file is not looked at: a telephone puts a film there.
    assert made(plain + b"\xff\xda\x00\x02" * 5_000).width == 400


def test_a_second_picture_of_a_camera_is_no_animation() -> None:
    first, second = Image.new("RGB", (4_100, 400), "red"), Image.new("RGB", (40, 40), "blue")
    content = saved(first, "MPO", save_all=True, append_images=[second])
    assert Image.open(io.BytesIO(content)).n_frames == 2  # type: ignore[attr-defined]  # MPO's own
    result = made(content)
    assert (result.width, result.height, result.animated) == (4_100, 400, False)
    assert near(opened(result.renditions[0].content).getpixel((5, 5)), RED)


@pytest.mark.parametrize("brand", [b"mif1", b"msf1"])
def test_an_avif_may_name_its_container_first(brand: bytes) -> None:
    content = picture("AVIF", (40, 40))
    size = int.from_bytes(content[:4])
    box = brand + bytes(4) + b"avif" + b"miaf"
    renamed = (len(box) + 8).to_bytes(4) + b"ftyp" + box + content[size:]
    assert kind_of(renamed[:HEAD_BYTES]) == "image/avif"


@pytest.mark.parametrize(("mode", "clear"), [("I;16", 40_000), ("RGB", (0x1111, 0x2222, 0x3333))])
def test_what_16_bits_let_show_through_is_white_and_not_black(mode: str, clear: Any) -> None:
    colour = 0 if mode == "I;16" else 2
    words = [clear] if mode == "I;16" else [*clear]
    row = b"\x00" + struct.pack(f">{len(words)}H", *words) * 8
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 16, colour, 0, 0, 0))
        + chunk(b"tRNS", struct.pack(f">{len(words)}H", *words))
        + chunk(b"IDAT", zlib.compress(row * 8))
        + chunk(b"IEND", b"")
    )
    webp, jpeg = (opened(it.content) for it in made(content).renditions[:2])
    assert webp.getpixel((4, 4))[3] == 0
    assert near(jpeg.getpixel((4, 4)), (255, 255, 255))
