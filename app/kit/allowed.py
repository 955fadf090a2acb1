"""What a body may be made of. The sanitiser lets nothing else through."""

import re
from typing import Final

from app.kit.markup import names

TAGS: Final = names(
    "p br hr h2 h3 h4 h5 h6 blockquote pre code div section ul ol li dl dt dd"
    " strong em b i u s del ins sub sup small a abbr cite q mark time figure figcaption img"
    " table thead tbody tfoot tr th td caption iframe"
    " span bdi bdo dfn kbd samp var wbr ruby rt rp"
)
ON_EMBEDS: Final = {
    "sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "loading": "lazy",
}
"""What an embed may do: run, and go full screen; never touch the page around it."""

EVERYWHERE: Final = names("id lang dir")
ATTRIBUTES: Final = {
    "*": EVERYWHERE,
    "a": names("href title class"),
    "img": names("src alt title width height"),
    "time": names("datetime"),
    "abbr": names("title"),
    "ol": names("start type reversed class"),
    "li": names("value class"),
    "th": names("scope colspan rowspan style"),
    "td": names("colspan rowspan style"),
    "iframe": names("src title width height allow allowfullscreen").union(ON_EMBEDS),
    **{name: names("class") for name in ("section", "sup", "hr", "code")},
}
ALIGNMENTS: Final = ("left", "right", "center", "justify", "start", "end")

_CLASS: Final = re.compile(
    r"footnotes|footnotes-sep|footnotes-list|footnote-ref|footnote-item|footnote-backref"
    r"|language-[\w+#.-]{1,40}"
)


def classes(value: str) -> str:
    """Those of an element's classes that mean something to readers' pages."""
    return " ".join(filter(_CLASS.fullmatch, value.split()))
