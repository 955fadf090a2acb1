"""Text: slugs, plain text, and safe HTML from Markdown, HTML or plain text."""

import html
import re
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from slugify import slugify

# C0 and C1 controls except tab and line feed, lone surrogates, and what XML forbids: a feed that
# carries one of them breaks every reader.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "div", "section"),
    *(
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "strong",
        "em",
        "b",
        "i",
        "u",
        "s",
        "sub",
        "sup",
        "small",
    ),
    *("a", "abbr", "cite", "q", "mark", "time", "figure", "figcaption", "img"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"),
}
_ATTRIBUTES = {
    "*": {"id", "lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "time": {"datetime"},
    "abbr": {"title"},
    "ol": {"start"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    clean_content_tags={"script", "style"},
    link_rel="noopener noreferrer",
    url_schemes={"http", "https", "mailto"},
    allowed_classes={"section": {"footnotes"}, "sup": {"footnote-ref"}, "li": {"footnote-item"}},
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MARKDOWN.use(footnote_plugin)


def is_legal(text: str) -> bool:
    """The text holds no control character, surrogate or noncharacter."""
    return _ILLEGAL.search(text) is None


def slug_of(text: str, limit: int = 100) -> str:
    """A slug in plain ASCII: accents transliterated, cut at a word; empty if nothing is left.

    Apostrophes of either shape vanish: "Peru's" is `perus`, never `peru-s`.
    """
    return slugify(text.replace("'", ""), max_length=limit, word_boundary=True)


def safe_html(body: str, body_format: str) -> str:
    """Sanitised HTML of a body in `markdown`, `html` or `text`."""
    match body_format:
        case "markdown":
            return _CLEANER.clean(_MARKDOWN.render(body)).strip()
        case "html":
            return _CLEANER.clean(body).strip()
        case "text":
            paragraphs = (part.strip() for part in re.split(r"\n\s*\n", body))
            escaped = (html.escape(part, quote=False) for part in paragraphs if part)
            return "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in escaped)
        case _:
            raise ValueError(body_format)


def plain_text(body_html: str) -> str:
    """The words of sanitised HTML, with one space where elements or lines met."""
    apart = nh3.clean(body_html.replace("<", " <"), tags=set())
    return " ".join(html.unescape(apart).split())


def plain_path(path: str) -> str:
    """One form for one address: a leading slash, no query, no trailing slash."""
    bare = unquote(
        urlsplit(path).path
        if "://" in path
        else path.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]
    )
    return "/" + bare.strip("/")
