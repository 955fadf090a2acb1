"""Safe HTML from Markdown, HTML or plain text by an allow-list, and a report of what was left out.

It keeps what a newsroom uses: headings, lists, quotes, tables, figures, footnotes, links, images,
and embeds from listed hosts. A page has one `h1`, its title, so `#` in Markdown becomes an `h2`.
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

from app.kit.allowlist import ATTRIBUTES, ON_EMBEDS, TAGS, allowed_classes
from app.kit.anchors import Anchors
from app.kit.attributes import READ
from app.kit.body_shape import BodyShaper
from app.kit.html_source import make_readable
from app.kit.html_tree import iter_nodes, parse_html, to_html
from app.kit.markup import Key, RemovedMarkup, diff_markup, is_tangled, split_names
from app.kit.plain_body import clean_plain_body
from app.kit.players import allowed_features, player_url
from app.kit.text import ILLEGAL, without_illegal

# Elements without text for readers, even where a parser would read their content as text.
_NO_PROSE = split_names(
    "script style title textarea select option optgroup button datalist template canvas svg math"
    " noembed noframes meter progress"
)
# Elements that are read, so that their meaning can be kept in another form.
_READ = (TAGS - {"iframe"}) | split_names(
    "h1 center address article aside body dir details dialog fieldset figure font footer form"
    " header hgroup legend listing main marquee menu nav search summary strike tt acronym picture"
    " x-iframe x-noscript video audio source object embed applet param input xml"
)
_OFFICE = re.compile(r"<([a-z]\w*:[a-z][\w.-]*)", re.IGNORECASE)
_READINGS_AT_MOST = 4
_SCHEMES = {"http", "https", "mailto", "tel"}

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.use(footnote_plugin)
_MARKDOWN.add_render_rule(
    "footnote_caption", lambda _self, tokens, at, *_rest: f"[{tokens[at].meta['id'] + 1}]"
)
_BLANK_CONTROLS = re.compile("[\x0c\r\x1c-\x1f]")
_BRACKETS_AT_MOST = 10_000
"""A parser searches each unclosed `[` of Markdown up to the end of its paragraph."""


class TangledMarkup(ValueError):
    """Parsing the body would cost too much."""


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """Sanitised HTML, and what was left out of it."""

    html: str
    removed: list[RemovedMarkup]


def render_body(body: str, body_format: str, embed_hosts: Sequence[str] = ()) -> RenderedBody:
    """A body in `markdown`, `html` or `text` as safe HTML; `TangledMarkup` if it is an attack."""
    match body_format:
        case "markdown":
            if body.count("[") > _BRACKETS_AT_MOST:
                raise TangledMarkup
            return _clean(_from_markdown(body), embed_hosts, links=True)
        case "html":
            return _clean(body, embed_hosts)
        case "text":
            paragraphs = (part.strip() for part in re.split(r"\n\s*\n", body))
            escaped = (html.escape(part, quote=False) for part in paragraphs if part)
            return RenderedBody(
                "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in escaped), []
            )
        case _:
            raise ValueError(body_format)


def _from_markdown(body: str) -> str:
    env: dict[str, Any] = {}  # the footnotes
    return str(_MARKDOWN.render(body, env))


def _clean(source: str, embed_hosts: Sequence[str], *, links: bool = False) -> RenderedBody:
    plain = clean_plain_body(source) if not links else None
    if plain is not None:
        return RenderedBody(plain, [])
    return clean_by_parser(source, embed_hosts, links=links)


def clean_by_parser(
    source: str, embed_hosts: Sequence[str], *, links: bool = False
) -> RenderedBody:
    """Any HTML as safe HTML; with `links`, addresses in its text become links."""
    if is_tangled(source):
        raise TangledMarkup
    clean, carried, added = source, list[Key](), list[Key]()
    for _ in range(_READINGS_AT_MOST):
        tree = parse_html(_reader(clean).clean(make_readable(clean)))
        shape = BodyShaper(embed_hosts, Anchors(source, iter_nodes(tree.children)), links)
        clean = _cleaner(tuple(embed_hosts)).clean(to_html(shape.shape(tree)))
        carried += shape.moved
        added += shape.added
        if not shape.is_crossed:
            break
    legal = without_illegal(_BLANK_CONTROLS.sub(" ", clean))
    losses = diff_markup(source, legal, carried, added)
    if legal != clean:
        losses.append(RemovedMarkup("control character", "", len(ILLEGAL.findall(clean))))
    return RenderedBody(legal.strip(), losses)


def _reader(source: str) -> nh3.Cleaner:
    """A cleaner that brings HTML into one form and keeps everything that is read later."""
    return _reader_with(frozenset(name.lower() for name in _OFFICE.findall(source)))


@lru_cache(maxsize=8)
def _reader_with(office: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_READ | office,
        attributes={"*": READ, "param": {"value"}},
        clean_content_tags=_NO_PROSE,
        link_rel=None,
        url_schemes=_SCHEMES,
    )


@lru_cache(maxsize=8)
def _cleaner(embed_hosts: tuple[str, ...]) -> nh3.Cleaner:
    """The security boundary: whatever it lets through is harmless."""

    def filter_attribute(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "class":
            return allowed_classes(value) or None
        if tag == "iframe" and attribute == "src":
            return value if player_url(value, embed_hosts) == value else None
        if tag == "iframe" and attribute == "allow":
            return allowed_features(value) or None
        return value

    return nh3.Cleaner(
        tags=TAGS,
        attributes={name: set(keys) for name, keys in ATTRIBUTES.items()},
        attribute_filter=filter_attribute,
        clean_content_tags={"script", "style"},
        link_rel="noopener noreferrer",
        url_schemes=_SCHEMES,
        filter_style_properties={"text-align"},
        set_tag_attribute_values={"iframe": ON_EMBEDS},
    )
