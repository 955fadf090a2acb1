"""Classic texts of WordPress, which have blank lines where HTML has paragraphs."""

import re
from collections.abc import Iterator
from typing import Final

_BLOCKS: Final = (
    "address|article|aside|blockquote|caption|center|colgroup|dd|details|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|legend|li|main|math|nav|noscript|object"
    "|ol|p|pre|script|section|style|summary|table|tbody|td|tfoot|th|thead|tr|ul|video|audio"
)
_HOLDERS: Final = (
    "article|aside|blockquote|center|details|div|fieldset|footer|form|header|main|section"
)
_RAW: Final = re.compile(
    r"<(pre|script|style|table|svg|object|textarea)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_OPEN: Final = re.compile(rf"(<(?:{_BLOCKS})\b[^>]*>)", re.IGNORECASE)
_CLOSE: Final = re.compile(rf"(</(?:{_BLOCKS})\s*>)", re.IGNORECASE)
_OPEN_HOLDER: Final = re.compile(rf"(<(?:{_HOLDERS})\b[^>]*>)", re.IGNORECASE)
_CLOSE_HOLDER: Final = re.compile(rf"(</(?:{_HOLDERS})\s*>)", re.IGNORECASE)
_IS_BLOCK: Final = re.compile(rf"</?(?:{_BLOCKS})\b|<!--|\ue000", re.IGNORECASE)
_CLOSES_BLOCK: Final = re.compile(rf"</(?:{_BLOCKS})\s*>\s*$", re.IGNORECASE)
_SEPARATING: Final = re.compile(r"<(?!/?(?:a|b|br|em|i|img|span|strong)[\s/>])|\ue000")
"""A sign of a tag that may be another than those, which separate no paragraphs."""
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_BREAK: Final = re.compile(r"(?<!<br>)(?<!<br/>)(?<!<br />)[ \t]*\n")


def to_paragraphs(text: str) -> str:
    """HTML in which each part between blank lines is a paragraph, and each end of a line a break.
    Blocks and preformatted text stay as they are."""
    if not _SEPARATING.search(text):
        return "\n".join(map(_to_paragraph, _split(text)))
    kept: list[str] = []

    def hold_raw(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\n\n\ue000{len(kept) - 1}\ue001\n\n"

    text = _RAW.sub(hold_raw, text)
    text = _OPEN.sub(r"\n\n\1", text)
    text = _CLOSE.sub(r"\1\n\n", text)
    text = _OPEN_HOLDER.sub(r"\1\n\n", text)
    text = _CLOSE_HOLDER.sub(r"\n\n\1", text)
    body = "\n".join(
        part if _IS_BLOCK.match(part) or _CLOSES_BLOCK.search(part) else _to_paragraph(part)
        for part in _split(text)
    )
    return re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], body)


def _split(text: str) -> Iterator[str]:
    """The parts of a text between blank lines."""
    parts = (part.strip() for part in _BLANK_LINES.split(text))
    return (part for part in parts if part)


def _to_paragraph(part: str) -> str:
    return f"<p>{_BREAK.sub('<br>' + chr(10), part) if chr(10) in part else part}</p>"
