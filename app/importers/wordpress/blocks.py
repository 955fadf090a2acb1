"""Blocks of WordPress 5 and later: HTML between comments that name the blocks."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json

from app.importers.source_report import Note
from app.importers.wordpress.paragraphs import to_paragraphs
from app.kit.markup import split_names

_COMMENT: Final = re.compile(
    r"<!--\s+(?P<end>/)?wp:(?P<name>[a-z0-9/_-]+)(?:\s+(?P<facts>\{.*?\}))?\s+(?P<empty>/)?-->",
    re.DOTALL,
)
_CORE: Final = split_names(
    "paragraph heading list list-item quote pullquote image gallery cover media-text file"
    " audio video code preformatted verse table columns column group buttons button separator"
    " spacer html freeform embed more nextpage block missing details footnotes shortcode"
    " classic row stack text-columns subhead cover-image"
)
_DEEPEST_REUSE: Final = 5


def has_blocks(text: str) -> bool:
    """Whether a text was written in blocks."""
    return "<!-- wp:" in text


@dataclass(frozen=True, slots=True)
class BlockRules:
    """`reusable` gives the text of a reusable block, `pictures` the HTML of attachments."""

    reusable: Callable[[str], str | None]
    pictures: Callable[[Sequence[str]], str]
    note: Note


def render_blocks(text: str, rules: BlockRules, depth: int = 0) -> str:
    """The HTML of blocks. Reusable ones take their place; those that are made of settings alone
    have no text to keep, and are told."""
    out: list[str] = []
    open_blocks = 0
    place = 0
    for match in _COMMENT.finditer(text):
        between = text[place : match.start()]
        # What stands outside of any block was written in the classic editor.
        out.append(between if open_blocks else _classic(between))
        place = match.end()
        if match["end"]:
            open_blocks = max(0, open_blocks - 1)
            continue
        name = match["name"].removeprefix("core/")
        if match["empty"]:
            out.append(_empty_block(name, _facts(match["facts"]), rules, depth))
            continue
        if name == "gallery":
            end = text.find("<!-- /wp:gallery", place)
            keys = map(str, _facts(match["facts"]).get("ids") or ())
            # Older galleries name pictures that their HTML may lack.
            absent = [key for key in keys if f"wp-image-{key}" not in text[place:end]]
            out.append(rules.pictures(absent) if absent else "")
        open_blocks += 1
        if name not in _CORE and not name.startswith("core-embed/"):
            rules.note("unknown block, its HTML is kept", name)
    rest = text[place:]
    out.append(rest if open_blocks else _classic(rest))
    return "".join(out)


def _classic(text: str) -> str:
    return f"\n{to_paragraphs(text)}\n" if text.strip() else text


def _facts(text: str | None) -> dict[str, Any]:
    try:
        facts = from_json(text) if text else {}
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _empty_block(
    name: str,
    facts: dict[str, Any],
    rules: BlockRules,
    depth: int,
) -> str:
    if name == "block":
        text = rules.reusable(str(facts.get("ref"))) if depth < _DEEPEST_REUSE else None
        if text is not None:
            return render_blocks(text, rules, depth + 1)
        rules.note("reusable block that the export does not hold", str(facts.get("ref")))
        return ""
    if name in ("more", "nextpage"):
        return f"<!--{name}-->"
    if name in ("separator", "spacer"):
        return "<hr>" if name == "separator" else ""
    # The text of such a block is in its settings, if it has one.
    texts = [
        str(facts[key]) for key in ("content", "text", "url") if isinstance(facts.get(key), str)
    ]
    rules.note("block without HTML; its settings are dropped", name)
    return "".join(f"<p>{text}</p>" for text in texts)
