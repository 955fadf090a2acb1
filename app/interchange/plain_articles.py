"""Records of articles that are plain: a text that is public from now on, and nothing else.

Plain articles that are new here enter many at once, with the outcome that `upsert` has for each.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from app.editorial import media_use
from app.editorial.aliases import normalise_path
from app.editorial.new_articles import NewArticle
from app.errors import WillayError
from app.interchange.import_entry import ImportEntry, ReadyEntry
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import ArticleRecord

AT_ONCE: Final = 50
_LETTERS_AT_ONCE: Final = 1_000_000


def leading_articles(entries: Iterable[ReadyEntry], moment: datetime, nth: int) -> list[NewArticle]:
    """The articles of the entries before the first that is not plain, as many as one statement
    should hold. `nth` is the number of the first in the import."""
    leading: list[NewArticle] = []
    letters = 0
    for entry, record in entries:
        article = _plain_article(entry, record, moment, nth + len(leading))
        if article is None or letters > _LETTERS_AT_ONCE or len(leading) == AT_ONCE:
            break
        leading.append(article)
        letters += len(article.draft.body_html)
    return leading


def _plain_article(
    entry: ImportEntry, ready: PreparedRecord | WillayError, moment: datetime, nth: int
) -> NewArticle | None:
    if isinstance(ready, WillayError) or not isinstance(record := ready.record, ArticleRecord):
        return None
    later = (record.visible_until, record.scheduled, record.draft)
    # A path that is taken is left out only of what another system chose.
    paths = () if entry.is_foreign else record.paths
    elsewhere = (record.translations, record.former_slugs, paths)
    is_public = record.status == "published" and (record.visible_from or moment) <= moment
    if not is_public or record.is_nameless or any(later) or any(elsewhere):
        return None
    if record.kind == "page":  # pages have places among each other, which need look-ups
        return None
    draft = ready.drafts[0]
    if media_use.has_media(draft):
        return None
    try:
        own_paths = tuple(dict.fromkeys(normalise_path(path) for path in record.paths))
    except ValueError:
        return None
    return NewArticle(
        id=record.id,
        nth=nth,
        draft=draft,
        external_source=record.external_source,
        external_id=record.external_id,
        import_digest=record.import_digest or ready.digest,
        is_edited=record.edited_since_import,
        paths=own_paths,
    )
