"""A canvas of 1200 by 800 units, its colours, and the lines that scenes share.

It is twice as large in pixels, so that edges are smooth.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1200, 800
_SCALE: Final = 2
_QUALITY: Final = 72

NIGHT, INK, TEAL, SAGE = "#1b2440", "#2a3550", "#2f6f73", "#86a68c"
CLAY, RUST, OCHRE, SAND, SNOW = "#c5573d", "#8f3a32", "#e3a548", "#f1dcbb", "#fbf3e6"
ROSE, PLUM, SKY = "#dd8f7a", "#5b3a5c", "#9fc3c9"

Point = tuple[float, float]
Rgb = tuple[int, int, int]


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """The colour between two, `share` of the way to the second."""
    pairs = zip(_rgb(first), _rgb(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """A picture in units of 1200 by 800."""

    def __init__(self, *sky: str) -> None:
        ramp = Image.new("RGB", (1, HEIGHT))
        for y in range(HEIGHT):
            place = y / (HEIGHT - 1) * (len(sky) - 1)
            step = min(int(place), len(sky) - 2) if len(sky) > 1 else 0
            last = min(step + 1, len(sky) - 1)
            ramp.putpixel((0, y), _rgb(mix(sky[step], sky[last], place - step)))
        self.image = ramp.resize((WIDTH * _SCALE, HEIGHT * _SCALE), Image.Resampling.BICUBIC)
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * _SCALE), joint="curve")

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)

    def pill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A box with round ends."""
        corners = [v * _SCALE for v in (x, y, x + width, y + height)]
        self._draw.rounded_rectangle(corners, min(width, height) / 2 * _SCALE, fill=colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        self._draw.ellipse([v * _SCALE for v in (x - rx, y - ry, x + rx, y + ry)], fill=colour)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        """Light that fades with the distance."""
        size = round(radius / 4)
        mask = Image.new("L", (size * 2, size * 2))
        disc = ImageDraw.Draw(mask)
        disc.ellipse((size // 2, size // 2, size * 3 // 2, size * 3 // 2), round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(size / 4))
        mask = mask.resize((round(radius * 2) * _SCALE,) * 2, Image.Resampling.BICUBIC)
        place = (round((x - radius) * _SCALE), round((y - radius) * _SCALE))
        self.image.paste(Image.new("RGB", mask.size, colour), place, mask)

    def ridge(self, seed: int, base: float, height: float, colour: str, sharp: int = 6) -> None:
        """A line of mountains from edge to edge, filled to the bottom."""
        chance = random.Random(seed)  # noqa: S311  # it draws mountains
        heights = [chance.uniform(-1, 1) for _ in range(3)]
        for level in range(sharp):
            shift = 0.54**level * 0.6
            heights = [
                value
                for left, right in pairwise(heights)
                for value in (left, (left + right) / 2 + chance.uniform(-shift, shift))
            ] + heights[-1:]
        step = WIDTH / (len(heights) - 1)
        line = [(n * step, base - height * value) for n, value in enumerate(heights)]
        self.polygon([*line, (WIDTH, HEIGHT), (0, HEIGHT)], colour)

    def square(self) -> Image.Image:
        """The middle of the picture, 600 pixels wide."""
        side, margin = HEIGHT * _SCALE, (WIDTH - HEIGHT) // 2 * _SCALE
        middle = self.image.crop((margin, 0, margin + side, side))
        return middle.resize((600, 600), Image.Resampling.LANCZOS)

    def save(self, path: Path) -> None:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(path, "WEBP", quality=_QUALITY, method=6)


def wave(y: float, swing: float, length: float, phase: float, ends: float) -> list[Point]:
    """A line of waves from edge to edge; the swing grows to the right by the factor `ends`."""
    return [
        (x, y + swing * (1 + (ends - 1) * x / WIDTH) * math.sin(x / length + phase))
        for x in range(-20, WIDTH + 40, 10)
    ]


def fill_below(canvas: Canvas, line: list[Point], colour: str) -> None:
    canvas.polygon([*line, (WIDTH + 40, HEIGHT + 20), (-20, HEIGHT + 20)], colour)


def smooth(points: Sequence[Point]) -> list[Point]:
    """The curve through points (Catmull and Rom)."""
    ends = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for n in range(16):
            t = n / 16
            curve.append(
                (
                    _between(a[0], b[0], c[0], d[0], t),
                    _between(a[1], b[1], c[1], d[1], t),
                )
            )
    return [*curve, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def stream(canvas: Canvas, bends: Sequence[Point], colour: str, width: float) -> None:
    """A wide line without edges where it turns."""
    canvas.line(bends, colour, width)
    for x, y in bends[::3]:
        canvas.oval(x, y, width / 2, width / 2, colour)
