"""The words that the index takes for one another, as it says itself."""

import logging
from collections.abc import Sequence
from time import monotonic

from app.errors import Unavailable
from app.search.meilisearch import marking
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.failures import spoken
from app.search.meilisearch.marking import Others

_BELIEVED = 60.0
"""Seconds until the index is asked again."""
_LOG = logging.getLogger("willay.search")


class Synonyms:
    """Asked for at the first search and then once in a while; shared by threads."""

    def __init__(self, connection: Connection, uid: str, languages: Sequence[str]) -> None:
        self._connection = connection
        self._uid = uid
        self._languages = tuple(languages)
        self._known: Others = {}
        self._until = 0.0

    def __call__(self) -> Others:
        """What is known of them. They serve to mark what was found, so that a search does without
        where the key may not ask for settings."""
        if monotonic() >= self._until:
            # One asks; the others go on with what is known.
            self._until = monotonic() + _BELIEVED
            try:
                with spoken("settings.get", self._uid):
                    said = self._connection.given().index(self._uid).get_settings()
                    self._known = marking.others(said["synonyms"], self._languages)
            except Unavailable as error:
                _LOG.warning("highlights lack the tags' other names: %s", error.message)
        return self._known
