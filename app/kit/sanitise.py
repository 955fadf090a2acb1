"""Safe HTML from Markdown, HTML or plain text, by an allow-list, and what was left out of it.

Kept is what a newsroom uses: headings, lists, quotes, tables, figures, footnotes, links, images,
and embeds from hosts that are listed. A page has one `h1`, its title: `#` in Markdown is an `h2`.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from app.kit.markup import Removed, is_tangled, names, removed
from app.kit.text import without_illegal

_TAGS = set(
    names(
        "p br hr h2 h3 h4 h5 h6 blockquote pre code div section ul ol li dl dt dd"
        " strong em b i u s del ins sub sup small a abbr cite q mark time figure figcaption img"
        " table thead tbody tfoot tr th td caption iframe"
    )
)
_ATTRIBUTES = {
    "*": {"id", "lang", "dir"},
    "a": {"href", "title", "class"},
    "img": {"src", "alt", "title", "width", "height"},
    "time": {"datetime"},
    "abbr": {"title"},
    "ol": {"start", "class"},
    "th": {"scope", "colspan", "rowspan", "style"},
    "td": {"colspan", "rowspan", "style"},
    "iframe": {"src", "title", "width", "height", "allow", "allowfullscreen"},
    **{name: {"class"} for name in ("section", "sup", "li", "hr", "code")},
}
_CLASSES = re.compile(
    r"footnotes|footnotes-sep|footnotes-list|footnote-ref|footnote-item|footnote-backref"
    r"|language-[\w+#.-]{1,40}"
)
# What an embed may do: run, and go full screen; never touch the page around it.
_EMBED = {
    "sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "loading": "lazy",
}
# No user, port, backslash or blank: those are what hides another host from a careless reader.
_SOURCE = re.compile(r"https://(?P<host>[a-z0-9.-]+)(?:[/?#][^\s\\]*)?")
_IFRAME = re.compile(r'<iframe(?P<attributes>(?: [a-z]+="[^"]*")*)>.*?</iframe>', re.DOTALL)

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.use(footnote_plugin)
_BRACKETS_AT_MOST = 10_000
"""Each `[` of Markdown that opens nothing is looked for to the end of its paragraph."""


class Tangled(ValueError):
    """The body would cost a parser out of all proportion."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Sanitised HTML, and what was left out."""

    html: str
    removed: list[Removed]


def rendered(body: str, body_format: str, embed_hosts: Sequence[str] = ()) -> Rendered:
    """A body in `markdown`, `html` or `text` as safe HTML; `Tangled` when it is an attack."""
    match body_format:
        case "markdown":
            if body.count("[") > _BRACKETS_AT_MOST:
                raise Tangled
            return _cleaned(_from_markdown(body), embed_hosts)
        case "html":
            return _cleaned(body, embed_hosts)
        case "text":
            paragraphs = (part.strip() for part in re.split(r"\n\s*\n", body))
            escaped = (html.escape(part, quote=False) for part in paragraphs if part)
            return Rendered(
                "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in escaped), []
            )
        case _:
            raise ValueError(body_format)


def _from_markdown(body: str) -> str:
    env: dict[str, Any] = {}  # the footnotes
    tokens = _MARKDOWN.parse(body, env)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env))


def _cleaned(source: str, embed_hosts: Sequence[str]) -> Rendered:
    if is_tangled(source):
        raise Tangled
    cleaner = _cleaner(tuple(embed_hosts))
    clean = cleaner.clean(source)
    if "<iframe" in clean:
        # An embed whose source was refused is nothing, and what is inside one is shown by none.
        clean = cleaner.clean(_IFRAME.sub(_embed, clean))
    legal = without_illegal(clean)
    told = removed(source, legal)
    if legal != clean:
        told.append(Removed("control character", "", len(clean) - len(legal)))
    return Rendered(legal.strip(), told)


def _embed(found: re.Match[str]) -> str:
    attributes = found["attributes"]
    return f"<iframe{attributes}></iframe>" if ' src="' in attributes else ""


@lru_cache(maxsize=8)
def _cleaner(embed_hosts: tuple[str, ...]) -> nh3.Cleaner:
    def kept(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "class":
            return " ".join(filter(_CLASSES.fullmatch, value.split())) or None
        if tag == "iframe" and attribute == "src":
            source = _SOURCE.fullmatch(value)
            return value if source is not None and source["host"] in embed_hosts else None
        return value

    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=kept,
        clean_content_tags={"script", "style"},
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "tel"},
        filter_style_properties={"text-align"},
        set_tag_attribute_values={"iframe": _EMBED},
    )
