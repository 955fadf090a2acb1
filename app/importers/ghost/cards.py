"""Cards of Ghost's editors as HTML. Each name covers the card of both editors."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.importers.figures import figure_html
from app.importers.players import embed_address, player_html
from app.importers.source_report import Note
from app.kit.sanitise import TangledMarkup, render_body

Payload = Mapping[str, Any]

_PAYWALL: Final = "<!--members-only-->"
"""What stands in HTML where the text goes on for members alone."""

_LEFT: Final = frozenset({"signup", "email", "email-cta", "subscribe", "newsletter"})
_BOOKMARK: Final = re.compile(
    r"<figure class=\"[^\"]*kg-bookmark-card.*?</figure>", re.DOTALL | re.IGNORECASE
)
_HREF: Final = re.compile(r"href=\"([^\"]*)\"")
_TITLE: Final = re.compile(r"kg-bookmark-title\">(.*?)</div>", re.DOTALL)
_ABOUT: Final = re.compile(r"kg-bookmark-description\">(.*?)</div>", re.DOTALL)
_WORDS: Final = (
    *("header", "heading", "subheader", "productTitle", "title", "calloutText", "textValue"),
    *("content", "productDescription", "description", "alertMessage", "html", "text"),
)


def render_card(name: str, payload: Payload, note: Note) -> str:
    """The HTML of a card. The words of one that nobody knows are kept, and it is told."""
    if (render := _CARDS.get(name)) is not None:
        return render(payload)
    if name in _LEFT:
        note("card that only the old site can serve; it is dropped", name)
        return ""
    note("card that is not known; its words are kept", name)
    parts = "".join(_paragraph(payload.get(key)) for key in _WORDS)
    url = payload.get("buttonUrl") or payload.get("productUrl") or payload.get("url")
    return parts + (_link(url, payload.get("buttonText") or url, None) if url else "")


def simplify_cards(body: str, note: Note) -> str:
    """Rendered HTML in which bookmarks are links, without the pictures of other sites in them."""

    def to_link(match: re.Match[str]) -> str:
        href, title, about = (p.search(match[0]) for p in (_HREF, _TITLE, _ABOUT))
        if href is None:
            return match[0]
        words = [each[1] if each else None for each in (title, about)]
        note("card that is a link now, without its picture and the name of its site", "bookmark")
        return _link(html.unescape(href[1]), *(html.unescape(w) if w else None for w in words))

    return _BOOKMARK.sub(to_link, body)


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _paragraph(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        return ""
    return text if text.lstrip().startswith("<p") else f"<p>{text}</p>"


def _picture(source: Any, alt: Any, caption: Any) -> str:
    if not isinstance(source, str) or not source:
        return ""
    texts = (text if isinstance(text, str) else "" for text in (alt, caption))
    return figure_html(source, *texts)


def _link(url: Any, title: Any, about: Any) -> str:
    if not isinstance(url, str) or not url:
        return _paragraph(title) + _paragraph(about)
    words = html.escape(title if isinstance(title, str) and title else url)
    return f'<p><a href="{html.escape(url)}">{words}</a></p>{_paragraph(about)}'


def _embed(payload: Payload) -> str:
    url, made = _text(payload, "url"), _text(payload, "html")
    caption = _paragraph(payload.get("caption"))
    return (player_html(url) if embed_address(url) or not made else made) + caption


def _markdown(text: str) -> str:
    try:
        return render_body(text, "markdown").html
    except TangledMarkup:
        return f"<pre>{html.escape(text)}</pre>"


def _image(payload: Payload) -> str:
    return _picture(payload.get("src"), payload.get("alt"), payload.get("caption"))


def _gallery(payload: Payload) -> str:
    pictures = [each for each in payload.get("images") or () if isinstance(each, Mapping)]
    return "\n".join(_image(each) for each in pictures) + _paragraph(payload.get("caption"))


def _bookmark(payload: Payload) -> str:
    facts = payload.get("metadata")
    facts = facts if isinstance(facts, Mapping) else {}
    return _link(payload.get("url"), facts.get("title"), facts.get("description"))


def _code(payload: Payload) -> str:
    language = re.sub(r"[^\w+#.-]", "", _text(payload, "language")) or "text"
    code = html.escape(_text(payload, "code"), quote=False)
    return f'<pre><code class="language-{language}">{code}</code></pre>'


def _file(payload: Payload) -> str:
    title = payload.get("fileTitle") or payload.get("title") or payload.get("fileName")
    return _link(payload.get("src"), title, payload.get("caption"))


def _button(payload: Payload) -> str:
    return _link(payload.get("buttonUrl"), payload.get("buttonText"), None)


def _callout(payload: Payload) -> str:
    sign = html.escape(_text(payload, "calloutEmoji"))
    return f"<blockquote>{sign} {_text(payload, 'calloutText')}</blockquote>"


def _toggle(payload: Payload) -> str:
    heading = _text(payload, "heading")
    return f"<p><strong>{heading}</strong></p>{_text(payload, 'content')}"


_CARDS: Final[Mapping[str, Callable[[Payload], str]]] = {
    **dict.fromkeys(("image", "imagecard"), _image),
    "gallery": _gallery,
    "bookmark": _bookmark,
    "embed": _embed,
    **dict.fromkeys(
        ("markdown", "card-markdown"), lambda payload: _markdown(_text(payload, "markdown"))
    ),
    "html": lambda payload: _text(payload, "html"),
    **dict.fromkeys(("codeblock", "code"), _code),
    **dict.fromkeys(("horizontalrule", "hr"), lambda _payload: "<hr>"),
    "paywall": lambda _payload: _PAYWALL,
    **dict.fromkeys(("video", "audio", "file"), _file),
    "button": _button,
    "callout": _callout,
    "toggle": _toggle,
}
