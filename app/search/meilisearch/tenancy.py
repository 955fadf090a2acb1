"""Temporary tokens with which anybody may search the server itself: tenant tokens of our key.

A token is bound to one index, and to a filter that the server adds to every search. So it finds
only what can be found here, and not the document that holds the place in the log. The server does
not check whether a text is still visible, so its answers are as late as the index.
"""

from datetime import datetime

from app.errors import Conflict
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.failures import translate_errors
from app.search.meilisearch.filters import filter_conditions
from app.search.protocol import Filter


def tenant_token(connection: Connection, until: datetime) -> str:
    """A token valid until then. `Conflict` if we search with a configured key: its uid, which a
    token must name, and its other rights are unknown."""
    index = connection.address.index
    with translate_errors("search", index):
        keys = connection.checked_keys()
    if keys.search is None or keys.search_uid is None:
        raise Conflict(
            "search_key_not_ours",
            "Search tokens need a key of this service's own: give it the search server's master "
            "key in WILLAY_MEILISEARCH_KEY.",
        )
    [rule] = filter_conditions(Filter())
    return connection.client(keys.search).generate_tenant_token(
        keys.search_uid, {index: {"filter": rule}}, expires_at=until
    )
