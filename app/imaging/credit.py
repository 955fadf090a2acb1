"""The credit and the caption that a photographer wrote into a picture (IPTC-IIM)."""

import re
from typing import Final

from PIL import ImageFile, IptcImagePlugin

_CREDIT: Final = (2, 110)
_BYLINE: Final = (2, 80)
_CAPTION: Final = (2, 120)
_CHARSET: Final = (1, 90)
_UTF8: Final = b"\x1b%G"
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def credit_and_caption(image: ImageFile.ImageFile) -> tuple[str | None, str | None]:
    """A credit of at most 300 characters (the byline if it has no credit) and a caption of at most
    5,000. None for an absent or illegible one."""
    try:
        fields = IptcImagePlugin.getiptcinfo(image) or {}
    except (SyntaxError, ValueError, OSError, LookupError, TypeError):
        return None, None
    says_utf8 = fields.get(_CHARSET) == _UTF8
    credit = _text(fields.get(_CREDIT), says_utf8) or _text(fields.get(_BYLINE), says_utf8)
    caption = _text(fields.get(_CAPTION), says_utf8)
    line = " ".join(credit.split())[:300].strip() if credit else ""
    return line or None, caption[:5_000] if caption else None


def _text(value: bytes | list[bytes] | None, says_utf8: bool) -> str:
    """A field as text. IPTC means ISO 8859-1 in practice, but undeclared text is often UTF-8."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not value:
        return ""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("utf-8", "replace") if says_utf8 else value.decode("latin-1")
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
