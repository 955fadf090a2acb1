"""Scopes, a closed vocabulary, and roles, which are named sets of them."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, Literal, get_args

from app.errors import Detail, Invalid

Scope = Literal[
    "articles:read",
    "articles:write",
    "articles:review",
    "articles:publish",
    "calendar:read",
    "tags:write",
    "people:write",
    "events:write",
    "site:write",
    "media:write",
    "preview:write",
    "webhooks:write",
    "partners:write",
    "users:write",
    "tokens:own",
    "audit:read",
    "newsletters:write",
    "newsletters:send",
    "readers:write",
    "operations:write",
]
"""`calendar:read` reads what is scheduled, as a calendar, and nothing else; `people` are sponsors,
committee members and authors; `site` is what the site says of itself; `users` are accounts;
`tokens:own` makes and revokes tokens of one's own account; `readers` are those of newsletters."""

Role = Literal["writer", "editor", "publisher", "admin"]

Scopes = frozenset[Scope]

ALL: Final[Scopes] = frozenset(get_args(Scope))
EVERYTHING: Final = "*"
"""Stands for all scopes of the role."""

_WRITER: Final[Scopes] = frozenset(
    (
        *("articles:read", "articles:write", "calendar:read"),
        *("media:write", "preview:write", "tokens:own"),
    )
)
_EDITOR: Final[Scopes] = _WRITER | {"articles:review", "tags:write", "newsletters:write"}
# Sponsors, members, authors, events and the site become public when saved, so only publishers may
# save.
_PUBLISHER: Final[Scopes] = _EDITOR | {
    *("articles:publish", "people:write", "events:write", "site:write", "newsletters:send")
}

SCOPES_OF: Final[Mapping[Role, Scopes]] = {
    "writer": _WRITER,
    "editor": _EDITOR,
    "publisher": _PUBLISHER,
    "admin": ALL,
}


def parse_scopes(texts: Iterable[str]) -> Scopes | Literal["*"]:
    """Scopes by their names, or `*`; `Invalid` names each that does not exist."""
    names = tuple(dict.fromkeys(texts))
    if names == (EVERYTHING,):
        return "*"
    scopes = {scope for scope in get_args(Scope) if scope in names}
    wrong = tuple(
        Detail("unknown_scope", _hint(text), pointer=f"/scopes/{place}")
        for place, text in enumerate(names)
        if text not in scopes
    )
    if wrong:
        raise Invalid("unknown_scope", " ".join(detail.message for detail in wrong), wrong)
    return frozenset(scopes)


def _hint(text: str) -> str:
    if text == EVERYTHING:
        return "The scope '*' stands alone."
    close = get_close_matches(text, get_args(Scope), 1)
    meant = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(get_args(Scope))}."
    return f"There is no scope {text[:40]!r}; {meant}"
