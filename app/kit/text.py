"""Text: what is legal, slugs, plain text, paths."""

import html
import re
import unicodedata
from urllib.parse import unquote, urlsplit

import nh3
from slugify import slugify

# C0 and C1 controls except tab and line feed, lone surrogates, and what XML forbids: a feed that
# carries one of them breaks every reader.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# What no reader sees and no word needs (Unicode's Default_Ignorable_Code_Point): soft hyphens, what
# joins and parts letters, marks of direction, variation selectors, fillers, a byte order mark.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
JOINERS = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufe0f\ufeff"
"""Those of them that are met within words."""
_BLANK = "\u2800"

# What is not within a line parts what is before it from what is after it.
_BLOCK = re.compile(
    r"<(?!/?(?:a|abbr|b|cite|code|del|em|i|img|ins|mark|q|s|small|strong|sub|sup|time|u)\b)"
)


def is_legal(text: str) -> bool:
    """The text holds no control character, surrogate or noncharacter."""
    return _ILLEGAL.search(text) is None


def legal(text: str) -> str:
    """The text, for validators of input; ValueError when it is not legal."""
    if not is_legal(text):
        raise ValueError("holds a control character; remove it")
    return text


def without_illegal(text: str) -> str:
    """The text without what `is_legal` refuses: entities may spell what letters may not."""
    return _ILLEGAL.sub("", text)


def without_unseen(text: str) -> str:
    """The letters that words are made of, for whoever compares them; what is shown keeps all."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def seen(text: str) -> str:
    """The text, for validators of names and titles; ValueError when nothing of it can be seen."""
    if not without_unseen(text).replace(_BLANK, "").strip():
        raise ValueError("holds nothing that can be seen; write something")
    return text


def slug_of(text: str, limit: int = 100) -> str:
    """A slug in plain ASCII: accents transliterated, cut at a word; empty if nothing is left.

    Apostrophes of either shape vanish: "Peru's" is `perus`, never `peru-s`.
    """
    return slugify(without_unseen(text).replace("'", ""), max_length=limit, word_boundary=True)


def file_name(name: str) -> str:
    """A name to show for an upload: its last part, without controls; never used as a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", without_unseen(name)))[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
    return " ".join(kept.split()).strip(". ")[:120] or "upload"


def plain_text(body_html: str) -> str:
    """The words of sanitised HTML: a line for each block, be it a paragraph or a heading."""
    in_lines = _BLOCK.sub("\n<", " ".join(body_html.split()))
    lines = html.unescape(nh3.clean(in_lines, tags=set())).split("\n")
    return "\n".join(words for line in lines if (words := " ".join(line.split())))


def plain_path(path: str) -> str:
    """One form for one address: a leading slash, no query, no trailing slash."""
    bare = unquote(
        urlsplit(path).path
        if "://" in path
        else path.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    )
    return "/" + bare.strip("/")
