"""Plain records: an article is a text that is public from now on, a tag is public and has no former
slug, an old address has one target.

Plain records that are new here enter many at once, with the outcome that `upsert` has for each.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from app.editorial import media_use
from app.editorial.aliases import normalise_path
from app.editorial.new_aliases import NewAlias
from app.editorial.new_articles import NewArticle
from app.editorial.new_tags import NewTag
from app.errors import WillayError
from app.interchange.import_entry import ImportEntry, ReadyEntry
from app.interchange.prepared_record import PreparedRecord
from app.interchange.records import AliasRecord, ArticleRecord, TagRecord

AT_ONCE: Final = 50
_LETTERS_AT_ONCE: Final = 1_000_000

_New = TypeVar("_New")


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


def leading_tags(entries: Iterable[ReadyEntry], nth: int) -> list[NewTag]:
    """The tags of the entries before the first that is not plain, as many as one statement should
    hold. `nth` is the number of the first in the import."""
    return _lead(entries, lambda ready, place: _plain_tag(ready, nth + place))


def leading_aliases(entries: Iterable[ReadyEntry]) -> list[NewAlias]:
    """The old addresses of the entries before the first that is not plain, as many as one statement
    should hold."""
    return _lead(entries, lambda ready, _: _plain_alias(ready))


def _lead(
    entries: Iterable[ReadyEntry], read: Callable[[PreparedRecord, int], _New | None]
) -> list[_New]:
    leading: list[_New] = []
    for place, (_, ready) in enumerate(islice(entries, AT_ONCE)):
        new = None if isinstance(ready, WillayError) else read(ready, place)
        if new is None:
            break
        leading.append(new)
    return leading


def _plain_tag(ready: PreparedRecord, nth: int) -> NewTag | None:
    record = ready.record
    if not isinstance(record, TagRecord) or record.former_slugs or record.status != "accepted":
        return None
    return NewTag(record.id, nth, record.input(), record.import_digest or ready.digest)


def _plain_alias(ready: PreparedRecord) -> NewAlias | None:
    record = ready.record
    if not isinstance(record, AliasRecord):
        return None
    targets = (record.slug, record.tag, record.gone, record.url)
    if targets.count(None) != len(targets) - 1:
        return None
    try:
        return NewAlias(normalise_path(record.path), *targets)
    except ValueError:
        return None
