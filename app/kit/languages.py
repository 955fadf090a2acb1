"""Language codes (BCP 47): a language, perhaps with a script and a region: pt, pt-BR, zh-Hant.

A request for a language includes all of its regions. A request for a region takes the language
without one, if there is nothing for the region.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

PATTERN: Final = "[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?"
"""The normal form; any case is accepted."""
ANY_CASE: Final = "[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"

UNDETERMINED: Final = "und"
"""The code for a text of which nobody said its language."""

Text = TypeVar("Text")


def normalise_code(code: object) -> object:
    """A code in its normal case; any other value unchanged."""
    if not isinstance(code, str):
        return code
    language, *rest = code.split("-")
    return "-".join(
        [language.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)]
    )


def base_language(code: str) -> str:
    """The language alone."""
    return code.partition("-")[0]


def is_within(code: str, region: str) -> bool:
    """Whether a code is the wanted language, or a script or region of it."""
    return code == region or code.startswith(f"{region}-")


def accepted_codes(header: str) -> list[str]:
    """The codes of an `Accept-Language` header, in the order in which browsers write them."""
    return [part.partition(";")[0].strip() for part in header.split(",")]


def best_matches(wish: str, codes: Sequence[str]) -> list[str]:
    """The codes that satisfy a wish, best first."""
    inside = sorted((code for code in codes if is_within(code, wish)), key=lambda c: c != wish)
    wider = [code for code in codes if code not in inside and is_within(wish, code)]
    return [*inside, *sorted(wider, key=len, reverse=True)]


def pick_text(texts: Mapping[str, Text], wish: str) -> Text | None:
    """The text that best satisfies a wish, of texts by language; None if none does."""
    return next((texts[code] for code in best_matches(wish, list(texts))), None)


def localise(texts: Mapping[str, Text], wishes: Iterable[str]) -> Text | None:
    """The text that satisfies the first of the wishes that any satisfies, else the first text."""
    picks = (pick_text(texts, wish) for wish in wishes)
    return next((text for text in picks if text is not None), next(iter(texts.values()), None))
