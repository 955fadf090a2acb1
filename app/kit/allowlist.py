"""The elements and attributes that a body may have. The sanitiser lets nothing else through."""

import re
from typing import Final

from app.kit.markup import split_names

TAGS: Final = split_names(
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
"""The rights of an embed: to run, and to go full screen, but never to touch the page around it."""

EVERYWHERE: Final = split_names("id lang dir")
ATTRIBUTES: Final = {
    "*": EVERYWHERE,
    "a": split_names("href title class"),
    "img": split_names("src alt title width height"),
    "time": split_names("datetime"),
    "abbr": split_names("title"),
    "ol": split_names("start type reversed class"),
    "li": split_names("value class"),
    "th": split_names("scope colspan rowspan style"),
    "td": split_names("colspan rowspan style"),
    "iframe": split_names("src title width height allow allowfullscreen").union(ON_EMBEDS),
    **{name: split_names("class") for name in ("section", "sup", "hr", "code")},
}
ALIGNMENTS: Final = ("left", "right", "center", "justify", "start", "end")

_CLASS: Final = re.compile(
    r"footnotes|footnotes-sep|footnotes-list|footnote-ref|footnote-item|footnote-backref"
    r"|language-[\w+#.-]{1,40}"
)


def allowed_classes(value: str) -> str:
    """The classes of an element that have a meaning on readers' pages."""
    return " ".join(filter(_CLASS.fullmatch, value.split()))
