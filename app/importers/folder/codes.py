"""Shortcodes of Hugo and tags of Liquid in a text: known ones become Markdown, others are told.

Code in a text stays as it is: it may be about shortcodes.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.importers.figures import figure_html
from app.importers.players import player_html
from app.importers.source_report import Note

_CODE: Final = re.compile(r"(?ms)^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[ \t]*$|`[^`\n]+`")
_HUGO: Final = re.compile(
    r"\{\{(?P<sign>[<%])\s*(?P<end>/)?\s*(?P<name>[\w./-]+)(?P<facts>.*?)[>%]\}\}", re.S
)
_LIQUID: Final = re.compile(r"\{%-?\s*(?P<name>\w+)(?P<facts>.*?)-?%\}", re.S)
_OUTPUT: Final = re.compile(r"\{\{-?\s*(?P<name>[^{}<%]+?)\s*-?\}\}")
_HIGHLIGHT: Final = re.compile(
    r"\{%-?\s*highlight\s+(\S+).*?%\}\n?(.*?)\n?\{%-?\s*endhighlight\s*-?%\}", re.S
)
_RAW: Final = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.S)
_FACT: Final = re.compile(
    r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))|\"([^\"]*)\"|'([^']*)'|(\S+)"
)
_SITE: Final = re.compile(
    r"\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}(?:\{\{-?\s*site\.baseurl\s*-?\}\})?"
)
_FILTER: Final = re.compile(
    r"\{\{-?\s*[\"']([^\"']*)[\"']\s*\|\s*(?:relative_url|absolute_url|prepend:[^}]*)\s*-?\}\}"
)
_MODULE: Final = re.compile(
    r"^(?:import\s.+\sfrom\s.+|import\s+[\"'].+|export\s+(?:const|default)\s.*)$", re.M
)
_MADE: Final = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "twitter": "https://twitter.com/i/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "gist": "https://gist.github.com/{}",
}


@dataclass(frozen=True, slots=True)
class CodeRules:
    """`find_page` gives the address of a text that a shortcode names by its file."""

    find_page: Callable[[str], str | None]
    drop_unknown: bool
    note: Note


def render_codes(text: str, rules: CodeRules, *, is_module: bool = False) -> str:
    """The text with Markdown in place of its shortcodes; the words between unknown ones stay."""
    text = _HIGHLIGHT.sub(lambda match: f"\n```{match[1]}\n{match[2]}\n```\n", text)
    if is_module:
        text, count = _MODULE.subn("", text)
        if count:
            rules.note("lines of a program are dropped", "import, export")
    # What stands between two tags of `raw`, every second part, may hold code and stays as it is.
    parts = _RAW.split(text)
    return "".join(
        part if number % 2 else change_prose(part, partial(_render, rules))
        for number, part in enumerate(parts)
    )


def change_prose(text: str, change: Callable[[str], str]) -> str:
    """The text, changed where it is no code."""
    out: list[str] = []
    place = 0
    for match in _CODE.finditer(text):
        out += [change(text[place : match.start()]), match[0]]
        place = match.end()
    return "".join([*out, change(text[place:])])


def _render(rules: CodeRules, text: str) -> str:
    if "{" not in text:
        return text
    text = _SITE.sub("", text)
    text = _FILTER.sub(lambda match: match[1], text)
    text = _HUGO.sub(lambda match: _hugo(match, rules), text)
    text = _LIQUID.sub(lambda match: _liquid(match, rules), text)
    return _OUTPUT.sub(lambda match: _unknown(match, match["name"], rules), text)


def _hugo(match: re.Match[str], rules: CodeRules) -> str:
    name, facts = match["name"].lower(), _facts(match["facts"])
    first = next(iter(facts.values()), "")
    if match["end"]:
        return "" if rules.drop_unknown or name == "figure" else match[0]
    match name:
        case "ref" | "relref":
            return _page_address(first, rules)
        case "figure" | "img" | "image":
            source = facts.get("src") or facts.get("link") or first
            return _figure(source, facts, facts.get("caption") or facts.get("title") or "")
        case "youtube" | "vimeo" | "twitter" | "tweet" | "x" | "instagram" | "gist":
            values = [facts.get("id", first)] if name != "gist" else list(facts.values())[:2]
            made = _MADE.get(name, _MADE["twitter"]).format("/".join(values))
            return f"\n\n{player_html(made)}\n\n"
        case _:
            return _unknown(match, name, rules)


def _liquid(match: re.Match[str], rules: CodeRules) -> str:
    name, facts = match["name"].lower(), _facts(match["facts"])
    first = next(iter(facts.values()), "")
    match name:
        case "post_url" | "link":
            return _page_address(first, rules)
        case "youtube" | "vimeo":
            return f"\n\n{player_html(_MADE[name].format(first))}\n\n"
        case "comment" | "endcomment":
            rules.note("comment of the author, whose mark is dropped", name)
            return ""
        case "include" | "include_relative" if "figure" in first or "image" in first:
            source = facts.get("src") or facts.get("image_path") or facts.get("url") or ""
            if source:
                return _figure(source, facts, facts.get("caption", ""))
            return _unknown(match, name, rules)
        case _:
            return _unknown(match, name, rules)


def _page_address(target: str, rules: CodeRules) -> str:
    address = rules.find_page(target)
    if address is None:
        rules.note("link to a text that the folder does not hold", target)
    return address or target


def _figure(source: str, facts: Mapping[str, str], caption: str) -> str:
    link = facts.get("link", "")
    link = link if link != source else ""
    return f"\n\n{figure_html(source, facts.get('alt', ''), html.escape(caption), link)}\n\n"


def _unknown(match: re.Match[str], name: str, rules: CodeRules) -> str:
    outcome = "dropped, the text within is kept" if rules.drop_unknown else "kept as text"
    rules.note(f"unknown shortcode, {outcome}", name[:60])
    # Markdown would take the angle bracket of one that is kept for HTML.
    return "" if rules.drop_unknown else re.sub(r"<(?=[A-Za-z/])", "&lt;", match[0])


def _facts(text: str) -> dict[str, str]:
    facts: dict[str, str] = {}
    for number, match in enumerate(_FACT.finditer(text)):
        name, *values = match.groups()
        facts[(name or str(number)).lower()] = next((value for value in values if value), "")
    return facts
