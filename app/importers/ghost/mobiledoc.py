"""Mobiledoc 0.3, the editor of Ghost from 1.0 to 4, as HTML."""

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic_core import from_json

from app.importers.ghost.cards import render_card
from app.importers.source_report import Note

_TAGS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "pre", "ul", "ol"}
)
_INLINE: Final = frozenset({"a", "strong", "b", "em", "i", "s", "u", "code", "sub", "sup", "mark"})


def render_mobiledoc(source: str, note: Note) -> str | None:
    """The HTML of a document; None when it is no Mobiledoc."""
    try:
        document = from_json(source)
        parts = [_section(section, document, note) for section in document["sections"]]
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return "\n".join(parts)


def _section(section: Sequence[Any], document: Mapping[str, Any], note: Note) -> str:
    kind = section[0]
    match kind:
        case 1:
            tag = section[1] if section[1] in _TAGS else "p"
            tag = "blockquote" if tag == "aside" else tag
            return f"<{tag}>{_markers(section[2], document)}</{tag}>"
        case 2:
            return f'<figure><img src="{html.escape(str(section[1]))}"></figure>'
        case 3:
            tag = "ol" if section[1] == "ol" else "ul"
            items = "".join(f"<li>{_markers(item, document)}</li>" for item in section[2])
            return f"<{tag}>{items}</{tag}>"
        case 10:
            name, payload = [*document["cards"][section[1]], {}][:2]
            return render_card(str(name), payload if isinstance(payload, Mapping) else {}, note)
        case _:
            note("part of a text that is not known; it is dropped", f"section {kind}")
            return ""


def _markers(markers: Sequence[Any], document: Mapping[str, Any]) -> str:
    """Text with its markup: each marker opens some elements, and closes some of those open."""
    out: list[str] = []
    open_tags: list[str] = []
    for kind, opened, closed_count, value in markers:
        for number in opened:
            markup = document["markups"][number]
            tag = markup[0] if markup[0] in _INLINE else "span"
            pairs = markup[1] if len(markup) > 1 else []
            attributes = dict(zip(pairs[::2], pairs[1::2], strict=False))
            href = attributes.get("href")
            out.append(f'<{tag} href="{html.escape(str(href))}">' if href else f"<{tag}>")
            open_tags.append(tag)
        if kind == 0:
            out.append(html.escape(str(value), quote=False))
        else:
            atom = document["atoms"][value]
            out.append("<br>" if atom[0] == "soft-return" else html.escape(str(atom[1])))
        for _ in range(min(closed_count, len(open_tags))):
            out.append(f"</{open_tags.pop()}>")
    out += [f"</{tag}>" for tag in reversed(open_tags)]
    return "".join(out)
