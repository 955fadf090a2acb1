"""Text: legal characters, slugs, plain text, paths."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from urllib.parse import parse_qsl, unquote, urlsplit

import nh3
from slugify import slugify

# C0 and C1 controls except tab and line feed, lone surrogates, and what XML forbids: a feed with
# one of them breaks every reader.
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LEGAL_ASCII = bytes(code for code in range(128) if not ILLEGAL.match(chr(code)))

# Invisible characters that no word needs (Unicode's Default_Ignorable_Code_Point): soft hyphens,
# joiners and separators of letters, direction marks, variation selectors, fillers, a byte order
# mark.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
JOINERS = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff"
"""Those that occur within words."""
_BLANK = "\u2800"

_OVERRIDING = re.compile("[\u202d\u202e]")
_DIRECTING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_SLUG = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_UNMARKED = re.compile("[^<&\0\ufeff]*")
"""Text that a parser of HTML reads as it is."""

# A block separates the text before it from the text after it.
_BLOCK = re.compile(
    r"<(?!/?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|img|ins|kbd|mark|q|r[bpt]|ruby|s|samp|small"
    r"|span|strong|sub|sup|time|u|var|wbr)\b)"
)


def is_legal(text: str) -> bool:
    """Whether the text holds no control character, surrogate or noncharacter."""
    return _find_illegal(text) is None


def _find_illegal(text: str) -> re.Match[str] | None:
    # To take away all that is legal is several times as fast as to search for the rest.
    if text.isascii() and not text.encode().translate(None, _LEGAL_ASCII):
        return None
    return ILLEGAL.search(text)


def check_legal(text: str) -> str:
    """The text, for validators of input; `ValueError` if it is not legal, or shows letters in
    another order than they are written. Isolates may stay, because right-to-left prose needs
    them."""
    match = _find_illegal(text)
    if match is None:
        return _describe_illegal(_OVERRIDING, text)
    name = f"U+{ord(match[0]):04X}"
    if "\x80" <= match[0] <= "\x9f":
        raise ValueError(
            f"holds {name}, which an error of conversion left; write what it stood for"
        )
    raise ValueError(f"holds a control character ({name}); remove it")


def _describe_illegal(pattern: re.Pattern[str], text: str) -> str:
    if text.isascii():
        return text
    if match := pattern.search(text):
        sign = f"U+{ord(match[0]):04X}"
        place = match.start() + 1
        raise ValueError(f"turns the direction of text by {sign} at place {place}; remove it")
    return text


def without_illegal(text: str) -> str:
    """The text without illegal characters, which may also come from entities."""
    return ILLEGAL.sub("", text) if _find_illegal(text) else text


def without_overrides(text: str) -> str:
    """The text without the signs that show letters in another order than they are written."""
    return _OVERRIDING.sub("", text)


def visible_line(text: str) -> str:
    """The text as `check_visible` takes it, without signs that turn the direction; empty if nothing
    in it can be seen."""
    line = _DIRECTING.sub("", text)
    return line if without_unseen(line).replace(_BLANK, "").strip() else ""


def is_blank(text: str) -> bool:
    """Whether no part of the text is visible: only blanks, controls and letters of no width."""
    return all(unicodedata.category(char)[0] in "ZC" for char in text)


def without_unseen(text: str) -> str:
    """The text without invisible characters, for comparing words; displayed text keeps them."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def fold_text(text: str) -> str:
    """The text for searching: small letters without accents, single blanks, nothing invisible."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", without_unseen(text)).casefold()
        return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())
    return " ".join(text.lower().split())


def check_visible(text: str) -> str:
    """The text, for validators of names and titles; `ValueError` if nothing in it is visible, or if
    it turns the direction of the text after it."""
    if not without_unseen(text).replace(_BLANK, "").strip():
        raise ValueError("holds nothing that can be seen; write something")
    return _describe_illegal(_DIRECTING, text)


def slug_of(text: str, limit: int = 100) -> str:
    """A slug in plain ASCII: accents transliterated, cut at a word; empty if nothing is left.

    Apostrophes of either shape vanish: "Peru's" is `perus`, never `peru-s`.
    """
    if _SLUG.fullmatch(text) and (not limit or len(text) <= limit):
        return text
    return _slugify(text, limit)


@lru_cache(maxsize=1_000)
def _slugify(text: str, limit: int) -> str:
    """The slug of a text that is none. A name or a title is asked for several times at once."""
    return slugify(without_unseen(text).replace("'", ""), max_length=limit, word_boundary=True)


def file_name(name: str) -> str:
    """A name to display for an upload: its last part, without controls. Never used as a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", without_unseen(name)))[-1]
    safe = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return " ".join(safe.split()).strip(". ")[:120] or "upload"


def plain_text(body_html: str) -> str:
    """The words of sanitised HTML, with a line for each block, such as a paragraph or heading."""
    if _UNMARKED.fullmatch(body_html):
        return " ".join(body_html.split())
    lines = _without_tags(" ".join(body_html.split())).split("\n")
    return "\n".join(words for line in lines if (words := " ".join(line.split())))


def _without_tags(body_html: str) -> str:
    """The text of HTML with a line feed where a block begins or ends."""
    return html.unescape(nh3.clean(_BLOCK.sub("\n<", body_html), tags=set()))


def fold_body(body_html: str) -> str:
    """The words of a sanitised body for searching: those of `fold_text(plain_text(…))`, without a
    look at their lines. A tenth of a second for a million letters."""
    return fold_text(_without_tags(body_html))


_RESERVED = re.compile(r"[%&+#= ]")
_SIMPLE_PATH = re.compile(r"([A-Za-z0-9/._~-]*+)((?:\?[A-Za-z0-9_-]++=[A-Za-z0-9_-]++)?)")
"""A path with at most one parameter, which has no other form."""
_COMBINED = 6
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_ga", re.IGNORECASE)


def plain_path(path: str) -> str:
    """The normal form of an address: a leading slash, no trailing slash, no fragment. The
    parameters of a query, which are part of an old address (`/?p=12`), are sorted."""
    if found := _SIMPLE_PATH.fullmatch(path):
        return f"/{found[1].strip('/')}{found[2]}"
    if "://" in path:
        parts = urlsplit(path)
        bare, query = parts.path, parts.query
    else:
        bare, _, query = path.partition("#")[0].partition("?")
    plain = "/" + unquote(bare).strip("/").replace("?", "%3F").replace("#", "%23")
    return _query_string(
        plain, sorted(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    )


def paths_within(path: str) -> list[str]:
    """The plain paths that match a request for a plain path, the most exact first: with fewer and
    fewer of its parameters, because parameters of trackers are not part of an address."""
    bare, _, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    own = [pair for pair in pairs if not _TRACKING.fullmatch(pair[0])][:_COMBINED]
    fewer = (some for number in range(len(own), -1, -1) for some in combinations(own, number))
    return list(dict.fromkeys([path, *(_query_string(bare, some) for some in fewer)]))


def _query_string(bare: str, pairs: Sequence[tuple[str, str]]) -> str:
    spelled = (_escape(name) + (f"={_escape(value)}" if value else "") for name, value in pairs)
    return bare + ("?" + "&".join(spelled) if pairs else "")


def _escape(text: str) -> str:
    return _RESERVED.sub(lambda sign: f"%{ord(sign[0]):02X}", text)
