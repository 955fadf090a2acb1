"""Text: what is legal, slugs, plain text, paths."""

import html
import re
import unicodedata
from urllib.parse import unquote, urlsplit

import nh3
from slugify import slugify

# C0 and C1 controls except tab and line feed, lone surrogates, and what XML forbids: a feed that
# carries one of them breaks every reader.
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# What is not within a line parts what is before it from what is after it.
_BLOCK = re.compile(
    r"<(?!/?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|img|ins|kbd|mark|q|r[bpt]|ruby|s|samp|small"
    r"|span|strong|sub|sup|time|u|var|wbr)\b)"
)


def is_legal(text: str) -> bool:
    """The text holds no control character, surrogate or noncharacter."""
    return ILLEGAL.search(text) is None


def legal(text: str) -> str:
    """The text, for validators of input; ValueError when it is not legal."""
    found = ILLEGAL.search(text)
    if found is None:
        return text
    name = f"U+{ord(found[0]):04X}"
    if "\x80" <= found[0] <= "\x9f":
        raise ValueError(
            f"holds {name}, which an error of conversion left; write what it stood for"
        )
    raise ValueError(f"holds a control character ({name}); remove it")


def without_illegal(text: str) -> str:
    """The text without what `is_legal` refuses: entities may spell what letters may not."""
    return ILLEGAL.sub("", text)


def slug_of(text: str, limit: int = 100) -> str:
    """A slug in plain ASCII: accents transliterated, cut at a word; empty if nothing is left.

    Apostrophes of either shape vanish: "Peru's" is `perus`, never `peru-s`.
    """
    return slugify(text.replace("'", ""), max_length=limit, word_boundary=True)


def file_name(name: str) -> str:
    """A name to show for an upload: its last part, without controls; never used as a path."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
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
