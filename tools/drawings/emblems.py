"""Things that stand for the subjects of articles, and the sample organisation's mark."""

import math
import random
from collections.abc import Sequence

from PIL import Image

from tools.drawings.canvas import (
    CLAY,
    INK,
    NIGHT,
    OCHRE,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SKY,
    SNOW,
    TEAL,
    WIDTH,
    Canvas,
    mix,
    smooth,
)


def courthouse() -> Canvas:
    canvas = Canvas(mix(TEAL, NIGHT, 0.55), TEAL, mix(SKY, SAND, 0.5), SAND)
    canvas.glow(600, 420, 620, SAND, 0.55)
    canvas.ridge(31, 560, 60, mix(TEAL, SAND, 0.35))
    light, shade = SNOW, mix(SAND, ROSE, 0.55)
    canvas.polygon([(250, 330), (600, 175), (950, 330)], shade)
    canvas.polygon([(305, 318), (600, 190), (895, 318)], light)
    canvas.oval(600, 272, 27, 27, OCHRE)
    canvas.box(250, 330, 700, 40, shade)
    canvas.box(250, 330, 700, 12, light)
    canvas.box(285, 370, 630, 270, mix(PLUM, NIGHT, 0.35))
    for n in range(6):
        x = 300 + 110 * n
        canvas.box(x, 384, 52, 246, light)
        canvas.box(x + 34, 384, 18, 246, shade)
        canvas.box(x - 8, 370, 68, 16, light)
        canvas.box(x - 8, 626, 68, 16, light)
    for n in range(5):
        canvas.box(235 - 34 * n, 640 + 26 * n, 730 + 68 * n, 27, mix(light, shade, n * 0.2))
        canvas.box(235 - 34 * n, 662 + 26 * n, 730 + 68 * n, 5, mix(shade, PLUM, 0.25))
    canvas.box(0, 770, WIDTH, 30, mix(CLAY, PLUM, 0.45))
    return canvas


def microphone() -> Canvas:
    canvas = Canvas(CLAY, mix(CLAY, RUST, 0.6))
    for n in range(7, 0, -1):
        canvas.oval(600, 330, 90 * n, 90 * n, mix(OCHRE, mix(CLAY, RUST, 0.3), n / 7.5))
    canvas.line([(600, 520), (600, 740)], NIGHT, 22)
    canvas.pill(440, 726, 320, 34, NIGHT)
    cradle = [
        (600 + 152 * math.cos(math.radians(a)), 375 + 152 * math.sin(math.radians(a)))
        for a in range(-4, 185, 3)
    ]
    canvas.line(cradle, NIGHT, 20)
    canvas.pill(498, 130, 204, 350, INK)
    canvas.pill(510, 142, 180, 326, SAND)
    for n in range(6):
        canvas.pill(532, 196 + 31 * n, 136, 12, mix(INK, SAND, 0.12))
    canvas.box(498, 392, 204, 22, CLAY)
    return canvas


def ballot_box() -> Canvas:
    canvas = Canvas(mix(SKY, SNOW, 0.2), SAND)
    canvas.glow(900, 210, 330, SNOW, 0.8)
    canvas.ridge(41, 470, 90, mix(SKY, SAGE, 0.6))
    canvas.ridge(47, 540, 60, mix(SAGE, TEAL, 0.35))
    canvas.box(0, 630, WIDTH, 170, mix(TEAL, NIGHT, 0.35))
    canvas.polygon([(350, 420), (440, 350), (860, 350), (770, 420)], mix(CLAY, OCHRE, 0.45))
    canvas.polygon([(770, 420), (860, 350), (860, 640), (770, 715)], RUST)
    canvas.box(350, 420, 420, 295, CLAY)
    canvas.polygon([(485, 394), (500, 380), (725, 380), (710, 394)], NIGHT)
    slip = [(520, 388), (552, 170), (742, 198), (694, 388)]
    canvas.polygon([(x + 10, y + 8) if y < 380 else (x + 4, y) for x, y in slip], ROSE)
    canvas.polygon(slip, SNOW)
    canvas.line([(574, 226), (716, 247)], mix(SKY, INK, 0.2), 9)
    canvas.line([(569, 262), (664, 276)], mix(SKY, INK, 0.2), 9)
    canvas.line([(604, 318), (626, 342), (672, 290)], CLAY, 14)
    canvas.oval(560, 568, 72, 72, OCHRE)
    for n in range(3):
        canvas.line(smooth([(510, 548 + 22 * n), (535, 540 + 22 * n), (585, 556 + 22 * n),
                             (610, 548 + 22 * n)]), CLAY, 8)  # fmt: skip
    return canvas


def _steps(canvas: Canvas, x: float, y: float, size: float, colours: Sequence[str]) -> None:
    """A stepped diamond, as weavers of the Andes make it, with one colour within another."""
    for n, colour in enumerate(colours):
        unit = size / 3.5 * (1 - n / len(colours))
        for row in range(-3, 4):
            half = (3.5 - abs(row)) * unit
            canvas.box(x - half, y + (row - 0.5) * unit, half * 2, unit + 0.6, colour)


def textile() -> Canvas:
    canvas = Canvas(RUST)
    bands = [(0, 60, NIGHT), (60, 26, OCHRE), (86, 12, SNOW), (98, 178, CLAY), (276, 12, SNOW),
             (288, 60, TEAL), (348, 104, PLUM), (452, 60, TEAL), (512, 12, SNOW), (524, 178, CLAY),
             (702, 12, SNOW), (714, 26, OCHRE), (740, 60, NIGHT)]  # fmt: skip
    for y, height, colour in bands:
        canvas.box(0, y, WIDTH, height, colour)
    for n in range(9):
        for y in (187, 613):
            _steps(canvas, n * 150, y, 80, (SAND, RUST, OCHRE, NIGHT))
            canvas.polygon(
                [(n * 150 + 75, y - 16), (n * 150 + 91, y), (n * 150 + 75, y + 16),
                 (n * 150 + 59, y)], TEAL)  # fmt: skip
    for n in range(13):
        _steps(canvas, n * 100, 400, 46, (OCHRE, ROSE, SNOW))
    for n in range(-1, 25):
        for y, tip, colour in ((288, 348, SAGE), (452, 512, SAGE), (0, 60, CLAY), (740, 800, CLAY)):
            canvas.polygon([(n * 50, y), (n * 50 + 25, tip), (n * 50 + 50, y)], colour)
    return canvas


def contour_map() -> Canvas:
    canvas = Canvas(SNOW, SAND)
    peaks = ((330, 300, 300), (760, 470, 360), (1010, 170, 190))
    for n in range(8):
        for seed, (x, y, size) in enumerate(peaks):
            radius = size * (1 - n / 8)
            ring = [
                (
                    x + radius * 1.25 * math.cos(a) * _bump(a, seed),
                    y + radius * 0.9 * math.sin(a) * _bump(a, seed),
                )
                for a in (math.radians(d) for d in range(0, 362, 2))
            ]
            canvas.polygon(ring, mix(mix(SAND, SAGE, 0.35), mix(SAGE, TEAL, 0.7), n / 8))
            canvas.line(ring, mix(SAGE, TEAL, 0.45), 2)
    for points in (
        [(-20, 560), (160, 600), (330, 540), (520, 660), (700, 740), (760, 830)],
        [(560, -20), (590, 120), (520, 260), (560, 420), (500, 540), (520, 660)],
    ):
        canvas.line(smooth(points), mix(SKY, TEAL, 0.25), 13)
    route = smooth([(180, 130), (330, 300), (540, 330), (760, 470), (980, 610), (1060, 690)])
    for n in range(0, len(route) - 3, 5):
        canvas.line(route[n : n + 3], CLAY, 6)
    for x, y in ((180, 130), (330, 300), (760, 470), (1060, 690)):
        canvas.oval(x, y, 19, 19, SNOW)
        canvas.oval(x, y, 13, 13, CLAY)
    return canvas


def _bump(angle: float, seed: int) -> float:
    return 1 + 0.1 * math.sin(3 * angle + seed) + 0.06 * math.sin(5 * angle + 2 * seed)


def vigil() -> Canvas:
    canvas = Canvas(NIGHT, mix(NIGHT, PLUM, 0.6), mix(PLUM, RUST, 0.4))
    canvas.ridge(61, 360, 90, mix(NIGHT, PLUM, 0.25))
    chance = random.Random(5)  # noqa: S311  # it scatters stars
    for _ in range(70):
        x, y, size = chance.uniform(0, 1200), chance.uniform(0, 300), chance.uniform(0.8, 2.2)
        canvas.oval(x, y, size, size, mix(PLUM, SAND, 0.6))
    for row in range(5):
        scale, y = 0.45 + 0.2 * row, 430 + 72 * row + 8 * row * row
        count = 15 - 2 * row
        for n in range(count):
            x = WIDTH * (n + 0.5 + (0.25 if row % 2 else -0.1)) / count + chance.uniform(-12, 12)
            tall = chance.uniform(52, 92) * scale
            canvas.glow(x, y - tall - 22 * scale, 105 * scale, OCHRE, 0.55)
            canvas.pill(x - 12 * scale, y - tall, 24 * scale, tall + 60, mix(SAND, ROSE, 0.35))
            canvas.box(x + 3 * scale, y - tall + 8, 9 * scale, tall + 50, mix(SAND, RUST, 0.45))
            flame = [
                (x, y - tall - 44 * scale),
                (x + 10 * scale, y - tall - 16 * scale),
                (x, y - tall - 2 * scale),
                (x - 10 * scale, y - tall - 16 * scale),
            ]
            canvas.polygon(smooth([*flame, flame[0]]), OCHRE)
            canvas.oval(x, y - tall - 14 * scale, 5 * scale, 10 * scale, SNOW)
    return canvas


def mark() -> Image.Image:
    """The sample organisation's mark: a stepped cross around a sun."""
    canvas = Canvas(SNOW)
    for rim, colour in ((62, NIGHT), (30, SNOW), (0, CLAY)):
        for across, down in ((90, 270), (180, 180), (270, 90)):
            x, y = across + rim, down + rim
            canvas.box(600 - x, 400 - y, x * 2, y * 2, colour)
    canvas.oval(600, 400, 112, 112, SNOW)
    canvas.oval(600, 400, 76, 76, OCHRE)
    return canvas.square()
