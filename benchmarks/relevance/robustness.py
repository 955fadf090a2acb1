"""The same collection with other titles and bodies: an archive of another style."""

import random
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.relevance.collections import Collection, Text

SHORT, LONG = 30, 3_000
"""Words of a body."""
_LONG_TITLE = 25


def to_variants(collection: Collection) -> Iterator[Collection]:
    """The collection as it is, without titles, with long ones, with the title as the body's first
    line, and with short, long and mixed bodies."""
    chance = random.Random(7)  # noqa: S311 - to measure, not to hide
    shapes = {text.id: chance.choice((_keep, _shorten, _lengthen)) for text in collection.documents}
    variants = {
        "as it is": _keep,
        "no titles": lambda text: replace(text, title=""),
        "long titles": _lengthen_title,
        "title repeated": lambda text: replace(text, body=f"{text.title}\n{text.body}"),
        f"{SHORT} words": _shorten,
        f"{LONG} words": _lengthen,
        "mixed lengths": lambda text: shapes[text.id](text),
    }
    for name, change in variants.items():
        yield replace(collection, name=name, documents=tuple(map(change, collection.documents)))


def _keep(text: Text) -> Text:
    return text


def _lengthen_title(text: Text) -> Text:
    beginning = " ".join(text.body.split()[:_LONG_TITLE])
    return replace(text, title=f"{text.title} {beginning}".strip())


def _shorten(text: Text) -> Text:
    return replace(text, body=" ".join(text.body.split()[:SHORT]))


def _lengthen(text: Text) -> Text:
    """The body as often as it takes: longer, and not about anything else."""
    words = text.body.split()
    times = LONG // len(words) + 1 if words else 0
    return replace(text, body=" ".join((words * times)[:LONG]))
