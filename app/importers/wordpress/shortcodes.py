"""Shortcodes of WordPress: captions, galleries, players; all others are told, and kept or dropped.

A bracket is a shortcode if it is a known one, has attributes, is closed further on, or has a name
that no word has. `[sic]` and `array[0]` are none.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.importers.players import player_html
from app.importers.source_report import Note

_NAME: Final = r"[A-Za-z][A-Za-z0-9_-]{1,60}"
_TAG: Final = re.compile(
    rf"\[(?P<open>\[)?(?P<end>/)?(?P<name>{_NAME})(?P<facts>(?:\s+(?:[^\[\]\"']|\"[^\"]*\"|'[^']*')*)?)"
    r"(?P<empty>/)?\](?P<close>\])?"
)
_FACT: Final = re.compile(
    r"(?P<name>[\w-]+)\s*=\s*(?:\"(?P<two>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))"
    r"|\"(?P<quoted>[^\"]*)\"|(?P<word>\S+)"
)
_PLAYERS: Final = frozenset(
    {
        "embed",
        "video",
        "audio",
        "youtube",
        "vimeo",
        "soundcloud",
        "wpvideo",
        "playlist",
        "ted",
        "spotify",
        "slideshare",
        "dailymotion",
        "googlemaps",
        "googlevideo",
    }
)
_KNOWN: Final = _PLAYERS | {"caption", "wp_caption", "gallery"}
_ODD_NAME: Final = re.compile(r"[_-]|\d")
_PRESENT: Final = re.compile(r"\[(?:\[|/)?[A-Za-z]")
_MADE: Final = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "wpvideo": "https://videopress.com/v/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
}
_FILES: Final = ("src", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav", "url", "id")


@dataclass(frozen=True, slots=True)
class ShortcodeRules:
    """`gallery` gives the HTML of a gallery's attributes."""

    gallery: Callable[[Mapping[str, str]], str]
    drop_unknown: bool
    note: Note


def render_shortcodes(text: str, rules: ShortcodeRules) -> str:
    """The text with HTML in place of its shortcodes."""
    if not _PRESENT.search(text):
        return text
    closed = {match[1].lower() for match in re.finditer(rf"\[/({_NAME})\s*\]", text)}
    out: list[str] = []
    place = 0
    while (match := _TAG.search(text, place)) is not None:
        name = match["name"].lower()
        if match["open"] and match["close"]:  # [[name]] is how authors write of a shortcode
            out += [text[place : match.start()], match[0][1:-1]]
            place = match.end()
            continue
        if not _is_shortcode(match, name, closed):
            out.append(text[place : match.end()])
            place = match.end()
            continue
        out.append(text[place : match.start()])
        place = match.end()
        if name in _KNOWN and not match["end"]:
            inner = ""
            end = re.compile(rf"\[/{re.escape(match['name'])}\s*\]").search(text, place)
            if end is not None and not match["empty"] and name != "gallery":
                inner, place = text[place : end.start()], end.end()
            out.append(_render_known(name, _facts(match["facts"]), inner, rules))
        else:
            out.append(_render_unknown(match, rules))
    out.append(text[place:])
    return "".join(out)


def _is_shortcode(match: re.Match[str], name: str, closed: set[str]) -> bool:
    if name in _KNOWN or match["empty"] or name in closed:
        return True
    return "=" in match["facts"] or (
        _ODD_NAME.search(name) is not None and not match["facts"].strip()
    )


def _facts(text: str) -> dict[str, str]:
    """The attributes by name; those without a name by their number."""
    facts: dict[str, str] = {}
    for number, match in enumerate(_FACT.finditer(html.unescape(text).lstrip(" ="))):
        value = match["two"] or match["single"] or match["bare"] or match["quoted"] or match["word"]
        facts[(match["name"] or str(number)).lower()] = value or ""
    return facts


def _render_known(name: str, facts: Mapping[str, str], inner: str, rules: ShortcodeRules) -> str:
    if name in ("caption", "wp_caption"):
        return _caption(facts, inner)
    if name == "gallery":
        return f"\n\n{rules.gallery(facts)}\n\n"
    address = re.sub(r"<[^>]*>", "", inner).strip() or next(
        (facts[key] for key in _FILES if facts.get(key)), facts.get("0", "")
    )
    if address and "/" not in address and name in _MADE:
        address = _MADE[name].format(address)
    if not re.match(r"(?:https?:)?//|/", address):
        rules.note("shortcode without an address", name)
        return f"[{name}]" if not rules.drop_unknown else ""
    return f"\n\n{player_html(address)}\n\n"


def _caption(facts: Mapping[str, str], inner: str) -> str:
    """A figure. Older captions are an attribute, newer ones the text after the picture."""
    picture = re.search(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", inner, re.IGNORECASE)
    if picture is None:
        return inner
    words = (inner[: picture.start()] + inner[picture.end() :]).strip() or facts.get("caption", "")
    return (
        f"\n\n<figure>{picture[0]}<figcaption>{' '.join(words.split())}</figcaption></figure>\n\n"
    )


def _render_unknown(match: re.Match[str], rules: ShortcodeRules) -> str:
    """The brackets as they are, or nothing; the text between two of them stays in both cases."""
    if not match["end"]:
        outcome = "dropped, the text within is kept" if rules.drop_unknown else "kept as text"
        rules.note(f"unknown shortcode, {outcome}", match["name"])
    return "" if rules.drop_unknown else match[0]
