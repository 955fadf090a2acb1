"""Classic texts of WordPress, which have blank lines where HTML has paragraphs."""

import re
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
_BREAK: Final = re.compile(r"(?<!<br>)(?<!<br/>)(?<!<br />)[ \t]*\n")


def to_paragraphs(text: str) -> str:
    """HTML in which each part between blank lines is a paragraph, and each end of a line a break.
    Blocks and preformatted text stay as they are."""
    kept: list[str] = []

    def hold_raw(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\n\n\ue000{len(kept) - 1}\ue001\n\n"

    text = _RAW.sub(hold_raw, text)
    text = _OPEN.sub(r"\n\n\1", text)
    text = _CLOSE.sub(r"\1\n\n", text)
    text = _OPEN_HOLDER.sub(r"\1\n\n", text)
    text = _CLOSE_HOLDER.sub(r"\n\n\1", text)
    parts = [part.strip() for part in re.split(r"\n\s*\n", text)]
    body = "\n".join(_paragraph(part) for part in parts if part)
    return re.sub("\ue000(\\d+)\ue001", lambda match: kept[int(match[1])], body)


def _paragraph(part: str) -> str:
    if _IS_BLOCK.match(part) or _CLOSES_BLOCK.search(part):
        return part
    return f"<p>{_BREAK.sub('<br>' + chr(10), part) if chr(10) in part else part}</p>"
