"""The synonyms of the index, read from its settings."""

import logging
from collections.abc import Sequence
from time import monotonic

from app.errors import Unavailable
from app.search.meilisearch import marking
from app.search.meilisearch.connection import Connection
from app.search.meilisearch.failures import translate_errors
from app.search.meilisearch.marking import RelatedWords

_BELIEVED = 60.0
"""Seconds until the index is asked again."""
_LOG = logging.getLogger("willay.search")


class ServerSynonyms:
    """Read at the first search and then now and then; shared by threads."""

    def __init__(self, connection: Connection, uid: str, languages: Sequence[str]) -> None:
        self._connection = connection
        self._uid = uid
        self._languages = tuple(languages)
        self._cached: RelatedWords = {}
        self._until = 0.0

    def __call__(self) -> RelatedWords:
        """The known synonyms. They only serve to mark matches, so a search works without them if
        the key may not read settings."""
        if monotonic() >= self._until:
            # One thread asks; the others go on with the known ones.
            self._until = monotonic() + _BELIEVED
            try:
                with translate_errors("settings.get", self._uid):
                    setting = self._connection.given_client().index(self._uid).get_settings()
                    self._cached = marking.related_words(setting["synonyms"], self._languages)
            except Unavailable as error:
                _LOG.warning("highlights lack the tags' other names: %s", error.message)
        return self._cached
