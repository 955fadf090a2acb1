"""Tokens by which anybody may search the server itself, for a while: tenant tokens of our own key.

A token is bound to one index, and to a filter that the server adds to every search: only what is
findable here, and not the document that holds the place in the log. The server asks nobody whether
something is still visible, so what it shows is as late as the index.
"""

from datetime import datetime

from app.errors import Conflict
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.failures import translate_errors
from app.search.meilisearch.filters import filter_conditions
from app.search.protocol import Filter


def tenant_token(connection: Connection, until: datetime) -> str:
    """`Conflict` where we search by a key that was given: its uid, which a token must name, and
    what else it may do, are not known."""
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
