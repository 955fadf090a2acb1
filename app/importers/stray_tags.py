"""Names between angle brackets that are no elements of HTML: `<nick>` of a chat is text. And
elements whose words readers saw, and a sanitiser would drop."""

import re
from typing import Final

from app.importers.source_report import Note
from app.kit.markup import split_names

_ELEMENTS: Final = split_names(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound"
    " big blink blockquote body br button canvas caption center cite code col colgroup command"
    " content data datalist dd del details dfn dialog dir div dl dt element em embed fieldset"
    " figcaption figure font footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup"
    " hr html i iframe image img input ins isindex kbd keygen label legend li line link"
    " listing main map mark marquee math menu menuitem meta meter nav nobr noembed noframes"
    " noscript object ol optgroup option output p param path picture plaintext pre progress q"
    " rb rect rp rt rtc ruby s samp script search section select shadow slot small source"
    " spacer span strike strong style sub summary sup svg table tbody td template textarea"
    " tfoot th thead time title tr track tt u ul use var video wbr xmp circle polygon polyline"
    " ellipse defs lineargradient stop text tspan mask filter"
)
_TAG: Final = re.compile(
    r"<(?!/?(?:a|blockquote|br|div|em|h[1-6]|hr|img|li|ol|p|span|strong|ul)[\s>/])(/?)"
    r"([A-Za-z][^\s<>/]*)"
)
"""What looks like a tag, but for the most frequent elements, so that no call is made for these."""
_BUTTON: Final = re.compile(
    r"<button\b(?P<facts>[^<>]*)>(?P<words>(?:(?!<button\b).)*?)</button\s*>",
    re.IGNORECASE | re.DOTALL,
)
_SENDS: Final = re.compile(r"\btype\s*=\s*[\"']?(?:submit|reset)", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"[owxvm]\d*:|[a-z]+-[a-z]|fb:|g:", re.IGNORECASE)


def escape_stray_tags(text: str, note: Note) -> str:
    """The text in which what only looks like an element is text. Elements of Office and of other
    programs stay, as a sanitiser knows them."""

    def escape(match: re.Match[str]) -> str:
        name = match[2]
        if name.lower() in _ELEMENTS or _FOREIGN.match(name):
            return match[0]
        if not match[1]:
            note("angle brackets that are no HTML are text now", f"<{name[:40]}>")
        return f"&lt;{match[1]}{name}"

    return _TAG.sub(escape, text)


def unwrap_buttons(text: str, note: Note) -> str:
    """HTML in which the words of a button stand by themselves: what opens a part of a text has its
    heading there. What sends a form is left to a sanitiser."""

    def unwrap(match: re.Match[str]) -> str:
        if _SENDS.search(match["facts"]) or not match["words"].strip():
            return match[0]
        note("button, whose words are kept", "")
        return match["words"]

    return _BUTTON.sub(unwrap, text)
