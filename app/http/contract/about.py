"""What the contract says of itself: groups of operations in the order of their readers."""

from typing import Any, Final

DESCRIPTION: Final = (
    "A headless content API for newsrooms and NGOs. All that is public is read without a key. "
    "Lists are walked by `links.next`; errors are problems (RFC 9457) whose `code` is stable. "
    "No cache keeps a problem, nor what the management (`/v1/admin`) answers. Where a 304 is "
    "possible, 200 and 206 have its headers too; if shared caches may keep them, also "
    "`Surrogate-Key`, the words to purge them by, and `Willay-Sequence`, the place in the change "
    "log that they were made from. Ignore members that you do not know: answers may get more. A "
    "fault of ours is a problem with the status 500 and a `request_id` to quote. Where requests "
    "are limited, every answer has `RateLimit` and `RateLimit-Policy`."
)

LICENCE: Final = {"name": "MIT", "identifier": "MIT"}
"""Of the program; what is published has the licence that each article names."""

SERVERS: Final = [{"url": "/", "description": "The service that gives this document"}]

_GROUPS: Final = {
    "articles": "Articles and standing pages: lists, one whole, the archive.",
    "search": "Full-text search, completions, and a door for InstantSearch.",
    "site": "What a front end needs of the publisher: its record, its menu, its home.",
    "authors": "Who writes: names under articles, with biographies and portraits.",
    "organisation": "Who stands behind it: sponsors and the committee.",
    "tags": "Topics, places, people, organisations, series and formats.",
    "events": "Dates to come and past ones.",
    "media": "Pictures in their sizes, and documents.",
    "feeds": "RSS, Atom and JSON Feed, with whole texts and the whole archive.",
    "newsletters": "News by e-mail: subscriptions, and issues that went to readers.",
    "changes": "All that becomes public, changes or goes, in order, for copies and caches.",
    "discovery": "For machines that look around: sitemaps, oEmbed, OAI-PMH, licences.",
    "previews": "Drafts, for who holds a link to one.",
    "partner": "For partner organisations with a key.",
    "service": "What is here, and whether it works.",
}


_MANAGED: Final = "admin: "


def groups(used: list[str]) -> list[dict[str, str]]:
    """The groups of operations that are used: those of readers first, then the management's.
    `ValueError` for a group of readers that has no description."""
    managed = [name for name in dict.fromkeys(used) if name.startswith(_MANAGED)]
    if unknown := set(used) - _GROUPS.keys() - set(managed):
        raise ValueError(f"describe these groups of operations: {sorted(unknown)}")
    texts = {name: text for name, text in _GROUPS.items() if name in used}
    texts |= {name: f"Management of {name.removeprefix(_MANAGED)}." for name in managed}
    return [{"name": name, "description": text} for name, text in texts.items()]


def swagger_options() -> dict[str, Any]:
    """How the documentation page opens: every group closed, so that it is there at once."""
    return {"docExpansion": "none", "defaultModelsExpandDepth": -1, "tryItOutEnabled": True}
