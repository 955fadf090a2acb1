"""Places of Peru: mountains, a mine, a coast, a field, a forest, a smelter."""

import math
import random

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
    fill_below,
    mix,
    smooth,
    stream,
    wave,
)


def andes_dawn() -> Canvas:
    canvas = Canvas(NIGHT, PLUM, ROSE, OCHRE, SAND)
    canvas.glow(820, 400, 420, SNOW, 0.75)
    canvas.oval(820, 400, 62, 62, SNOW)
    for n, (seed, base, height) in enumerate(
        ((3, 430, 120), (11, 500, 130), (5, 580, 110), (23, 660, 100), (8, 745, 60))
    ):
        tone = mix(ROSE, PLUM, 0.25 + 0.3 * n) if n < 3 else mix(PLUM, NIGHT, 0.35 * (n - 2))
        canvas.ridge(seed, base, height, tone)
    return canvas


def mine_terraces() -> Canvas:
    canvas = Canvas(SAND, mix(SAND, OCHRE, 0.35))
    canvas.ridge(17, 190, 70, mix(SAND, CLAY, 0.45))
    canvas.ridge(29, 250, 50, mix(SAND, CLAY, 0.7))
    for n in range(11):
        rx, ry = 640 - 52 * n, 330 - 27 * n
        tone = mix(mix(OCHRE, SAND, 0.25), RUST, n / 10)
        canvas.oval(720 - 3 * n, 560 + 8 * n, rx, ry, mix(tone, NIGHT, 0.28))
        canvas.oval(720 - 3 * n, 552 + 8 * n, rx, ry, tone)
    canvas.oval(690, 648, 74, 30, TEAL)
    canvas.oval(676, 643, 40, 14, mix(TEAL, SKY, 0.5))
    river = [(-20, 300), (90, 330), (120, 420), (40, 520), (70, 640), (190, 720), (210, 830)]
    for width, colour in ((74, mix(SAGE, NIGHT, 0.25)), (46, mix(TEAL, SKY, 0.3))):
        stream(canvas, smooth(river), colour, width)
    return canvas


def coast() -> Canvas:
    canvas = Canvas(mix(SKY, SNOW, 0.4), SAND, mix(ROSE, SAND, 0.4))
    canvas.oval(310, 205, 70, 70, SNOW)
    canvas.ridge(53, 330, 26, mix(SKY, PLUM, 0.35), 5)
    canvas.box(0, 330, WIDTH, 480, TEAL)
    for n in range(9):
        y = 338 + 22 * n + n * n * 1.2
        fill_below(canvas, wave(y, 3 + n, 60 + 14 * n, n * 2.1, 1.4),
                    mix(mix(SKY, TEAL, 0.45), mix(TEAL, NIGHT, 0.45), n / 8))  # fmt: skip
    for x, y, rx, ry in ((420, 470, 220, 22), (560, 500, 170, 18), (300, 520, 120, 14)):
        canvas.oval(x, y, rx, ry, mix(NIGHT, PLUM, 0.25))
    canvas.polygon([(860, 336), (905, 292), (960, 300), (1000, 270), (1060, 322), (1075, 336)], INK)
    shore = smooth([(-40, 700), (200, 640), (480, 690), (760, 610), (1000, 540), (1260, 520)])
    for shift, colour in ((-26, mix(SKY, SNOW, 0.6)), (-8, mix(NIGHT, TEAL, 0.2)), (6, ROSE),
                          (26, mix(SAND, OCHRE, 0.35)), (90, SAND)):  # fmt: skip
        fill_below(canvas, [(x, y + shift) for x, y in shore], colour)
    return canvas


def quinoa_field() -> Canvas:
    canvas = Canvas(mix(TEAL, SKY, 0.5), mix(SKY, SNOW, 0.3), SAND)
    canvas.ridge(71, 330, 120, mix(SKY, PLUM, 0.3))
    canvas.ridge(5, 390, 70, mix(SAGE, TEAL, 0.5))
    canvas.box(0, 430, WIDTH, 370, mix(SAGE, TEAL, 0.25))
    chance = random.Random(9)  # noqa: S311  # it grows a field
    for row in range(9):
        scale, y = 0.28 + 0.115 * row, 440 + 20 * row + 3.4 * row * row
        for n in range(int(1240 / (62 * scale))):
            x = n * 62 * scale + chance.uniform(-9, 9) - 10
            lean, top = chance.uniform(-14, 14) * scale, y - chance.uniform(60, 95) * scale
            head = chance.choice((CLAY, RUST, OCHRE, ROSE, mix(OCHRE, CLAY, 0.5)))
            canvas.line([(x, y + 70 * scale), (x + lean, top)], mix(TEAL, SAGE, 0.35), 5 * scale)
            for k in range(7):
                rise, size = k * 13 * scale, (17 - abs(k - 2) * 2.6) * scale
                tone = mix(head, NIGHT if k < 2 else SAND, 0.16 if k < 2 else 0.05 * k)
                canvas.oval(x + lean + (k % 2 * 6 - 3) * scale, top - rise, size * 0.8, size, tone)
    return canvas


def forest_river() -> Canvas:
    canvas = Canvas(mix(TEAL, NIGHT, 0.35), mix(TEAL, NIGHT, 0.15))
    chance = random.Random(12)  # noqa: S311  # it plants a forest
    trees = [(chance.uniform(-20, 1220), chance.uniform(-20, 820)) for _ in range(560)]
    for x, y in sorted(trees, key=lambda tree: tree[1]):
        size = chance.uniform(30, 54)
        tone = mix(mix(TEAL, NIGHT, 0.3), SAGE, chance.uniform(0.05, 0.75))
        canvas.oval(x + 5, y + 8, size, size * 0.9, mix(TEAL, NIGHT, 0.65))
        canvas.oval(x, y, size, size * 0.9, tone)
        canvas.oval(
            x - size * 0.25, y - size * 0.3, size * 0.45, size * 0.38, mix(tone, SAND, 0.16)
        )
    bends = smooth([(980, -60), (900, 90), (1010, 230), (840, 340), (560, 300), (420, 420),
                     (560, 560), (470, 690), (250, 720), (140, 860)])  # fmt: skip
    for width, colour in ((150, SAND), (122, mix(OCHRE, CLAY, 0.35)), (84, mix(OCHRE, SAND, 0.35))):
        stream(canvas, bends, colour, width)
    canvas.pill(700, 312, 64, 15, NIGHT)
    canvas.polygon([(700, 319), (682, 308), (716, 314)], NIGHT)
    canvas.polygon([(764, 319), (782, 308), (748, 314)], NIGHT)
    return canvas


def smelter() -> Canvas:
    canvas = Canvas(PLUM, CLAY, OCHRE, SAND)
    canvas.glow(270, 470, 380, SNOW, 0.55)
    canvas.oval(270, 470, 56, 56, SNOW)
    for n in range(13):
        x, y, size = 812 - 47 * n, 176 - 13 * n - 6 * math.sin(n), 26 + 8 * n
        canvas.oval(x, y, size * 1.5, size, mix(PLUM, mix(CLAY, NIGHT, 0.1), n / 14))
    canvas.ridge(83, 520, 90, mix(CLAY, PLUM, 0.45))
    canvas.ridge(89, 620, 70, mix(PLUM, NIGHT, 0.35))
    canvas.polygon([(786, 700), (804, 180), (842, 180), (860, 700)], NIGHT)
    for y in (210, 262):
        canvas.box(802 if y < 250 else 800, y, 42 if y < 250 else 46, 20, CLAY)
    for x, y, width in ((560, 560, 120), (660, 520, 130), (880, 540, 150), (1010, 580, 120)):
        canvas.box(x, y, width, 200, NIGHT)
        canvas.polygon([(x - 8, y), (x + width / 2, y - 34), (x + width + 8, y)], NIGHT)
        for n in range(int(width / 34)):
            canvas.box(x + 16 + 33 * n, y + 34, 14, 20, OCHRE if (n + x) % 3 else RUST)
    fill_below(canvas, wave(700, 12, 170, 1, 1.5), mix(NIGHT, "#000000", 0.25))
    for n in range(16):
        x = 40 + 31 * n
        canvas.box(x, 668 + 6 * (n % 3), 24, 40, mix(NIGHT, PLUM, 0.3))
        canvas.box(x + 8, 680 + 6 * (n % 3), 7, 9, OCHRE if n % 4 else NIGHT)
    return canvas
