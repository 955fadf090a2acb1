"""The fields of a tantivy document, and the name of the folder that holds such documents.

Ranking reads two fields of stems: `text` holds everything, the title several times over, and
`title` the title alone. One combined field ranks better than a sum over fields, because a word's
saturation and rarity are judged once. `words` holds the same text unstemmed, for phrases, prefixes
and corrections. `reversed_words` holds the same words for corrections by their ends. `names` is the
field that suggestions complete.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

import tantivy

from app.public.vocabulary import ContentKind
from app.search.embedded.analysis import Analyser
from app.search.protocol import DIGEST_BYTES, DOCUMENT_KINDS, Document, Key, Mark

VERSION = 5
"""Goes up with every change of schema or analysis; the new index is built beside the old one."""
TITLE_COPIES = 2
CURSOR_KEY = "cursor"
ANY_LANGUAGE = "*"
NO_KIND = 255
"""The kind of the document that holds the cursor; new kinds of content get smaller numbers."""
COLUMNS = ("kind", "id_high", "id_low", "version", "digest_high", "digest_low", "recency")
WORDS = ("words", "reversed_words", "tag_stems", "names", "text", "title")
READABLE = (*COLUMNS, "published", "updated", "year")
STORED = (
    *("key", "id", "article_kind", "authors", "also_in", "tags", "lang", "syndicatable"),
    *("shown_title", "shown_summary", "shown_body", "tag_stems", "labels"),
)
"""Everything that can be read back of a document: its columns and its stored values."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OLDEST, _NEWEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2080, 1, 1, tzinfo=UTC)
RECENCY = 0.1
"""The gain of a century: a year is worth a thousandth, so recency only decides near ties."""
_HALF = 2**64 - 1


def folder_name(languages: Sequence[str], model: str = "") -> str:
    """The folder of this version of the index: another version's analysis never reads it, nor does
    an engine with another model of meaning."""
    return "-".join([f"v{VERSION}", *languages, *([f"meaning{model}"] if model else [])])


def build_schema(*, has_vectors: bool = False) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for exact in ("key", "id", "article_kind", "authors", "also_in"):
        builder.add_text_field(exact, stored=True, tokenizer_name="raw", index_option="basic")
    for facet in ("tags", "lang"):
        builder.add_text_field(
            facet, tokenizer_name="raw", index_option="basic", fast=True, stored=True
        )
    for number in ("kind", "year"):
        builder.add_unsigned_field(number, indexed=True, fast=True)
    for half in ("id_high", "id_low", "version", "digest_high", "digest_low"):
        builder.add_unsigned_field(half, fast=True)
    for moment in ("published", "updated"):
        builder.add_integer_field(moment, fast=True)
    builder.add_float_field("recency", fast=True)
    builder.add_boolean_field("syndicatable", stored=True, indexed=True)
    for ranked in ("text", "title", "names"):
        builder.add_text_field(ranked, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", tokenizer_name="whitespace")
    builder.add_text_field("reversed_words", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field(
        "tag_stems", stored=True, tokenizer_name="whitespace", index_option="basic"
    )
    for field in ("shown_title", "shown_summary", "shown_body", "labels", "cursor"):
        builder.add_bytes_field(field, stored=True)
    if has_vectors:
        builder.add_bytes_field("vector", stored=True)
        builder.add_unsigned_field("has_vector", indexed=True, fast=True)
    return builder.build()


def register_analyser(index: tantivy.Index) -> None:
    """Register the tokenizer at each opening; texts arrive as words separated by spaces."""
    plain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("whitespace", plain)


def key_of(key: Key) -> str:
    return f"{DOCUMENT_KINDS.index(key.kind)}{key.id.hex}"


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970; raises TypeError for a datetime without an offset."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def recency_weight(published_at: datetime | None) -> float:
    """The weight that tantivy turns into the factor `log2(2 + weight)`, from 1 to 1 + RECENCY."""
    moment = min(max(published_at or _OLDEST, _OLDEST), _NEWEST)
    share = (moment - _OLDEST) / (_NEWEST - _OLDEST)
    return float(2 ** (1 + RECENCY * share) - 2)


def cursor_document(cursor: str) -> tantivy.Document:
    """The cursor as a document of its commit, because the binding has no commit payload."""
    document = tantivy.Document()
    document.add_text("key", CURSOR_KEY)
    document.add_unsigned("kind", NO_KIND)
    document.add_bytes("cursor", cursor.encode())
    return document


def tantivy_document(source: Document, analyser: Analyser, vector: bytes = b"") -> tantivy.Document:
    """The document; raises ValueError for a digest of another length or a version out of range."""
    if len(source.mark.digest) != DIGEST_BYTES:
        raise ValueError(f"a digest has {DIGEST_BYTES} bytes")
    document = _readable_document(source, analyser)
    if vector:
        document.add_bytes("vector", vector)
        document.add_unsigned("has_vector", 1)
    _add_words(document, source, analyser)
    return document


def document_seal(source: Document, analyser: Analyser, vector_bytes: int = 0) -> bytes:
    """The seal of a document as `tantivy_document` makes it, with a vector of so many bytes."""
    fields = _readable_document(source, analyser).to_dict()
    return seal_of(fields | ({"vector": [bytes(vector_bytes)]} if vector_bytes else {}))


def seal_of(fields: Mapping[str, Sequence[Any]]) -> bytes:
    """A digest of all readable values of a document: of each text that its words were made of, or
    of the labels, the digest that stands for them. Of a vector it has the length alone: a check
    would take hours if it had to make each vector again."""
    values = [(name, list(fields.get(name, ()))) for name in (*READABLE, *STORED)]
    return _digest([*values, ("vector", [len(vector) for vector in fields.get("vector", ())])])


def _readable_document(source: Document, analyser: Analyser) -> tantivy.Document:
    document = tantivy.Document()
    _add_values(document, source)
    for field in ("title", "summary", "body"):
        text: str = getattr(source, field)
        document.add_bytes(f"shown_{field}", text.encode("utf-8", "ignore"))
    if source.key.kind == "tag":
        document.add_text("tag_stems", " ".join(_tag_stems(source, analyser)))
    document.add_bytes("labels", _digest([(label.text, label.lang) for label in source.labels]))
    return document


def _digest(value: object) -> bytes:
    return blake2b(repr(value).encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest()


def _add_values(document: tantivy.Document, source: Document) -> None:
    document.add_text("key", key_of(source.key))
    document.add_text("id", source.key.id.hex)
    document.add_unsigned("kind", DOCUMENT_KINDS.index(source.key.kind))
    document.add_unsigned("id_high", source.key.id.int >> 64)
    document.add_unsigned("id_low", source.key.id.int & _HALF)
    document.add_unsigned("version", source.mark.version)
    digest = int.from_bytes(source.mark.digest, "big")
    document.add_unsigned("digest_high", digest >> 64)
    document.add_unsigned("digest_low", digest & _HALF)
    document.add_text("lang", ANY_LANGUAGE if source.lang is None else source.lang)
    for lang in source.also_in:
        document.add_text("also_in", lang)
    if source.article_kind is not None:
        document.add_text("article_kind", source.article_kind)
    for tag_id in dict.fromkeys(source.tag_ids):
        document.add_text("tags", tag_id.hex)
    for author in dict.fromkeys(source.authors):
        document.add_text("authors", author)
    document.add_boolean("syndicatable", source.syndicatable)
    document.add_float("recency", recency_weight(source.published_at))
    if source.published_at is not None:
        document.add_integer("published", to_micros(source.published_at))
        document.add_unsigned("year", source.year or source.published_at.astimezone(UTC).year)
    if source.updated_at is not None:
        document.add_integer("updated", to_micros(source.updated_at))


def _add_words(document: tantivy.Document, source: Document, analyser: Analyser) -> None:
    """Add each text as a value of its own, so that no phrase extends beyond one."""
    title = analyser.words(source.title)
    distinct = dict.fromkeys(title)
    document.add_text("words", " ".join(title))
    document.add_text("names", " ".join(title))
    for lang in _stemming_languages(source.lang, analyser):
        stems = " ".join(analyser.stems(title, lang))
        document.add_text("title", stems)
        for _ in range(TITLE_COPIES):
            document.add_text("text", stems)
    for text in (source.summary, source.body):
        if text:
            words = analyser.words(text)
            distinct.update(dict.fromkeys(words))
            document.add_text("words", " ".join(words))
            for lang in _stemming_languages(source.lang, analyser):
                document.add_text("text", " ".join(analyser.stems(words, lang)))
    for label in source.labels:
        words = analyser.words(label.text)
        distinct.update(dict.fromkeys(words))
        document.add_text("words", " ".join(words))
        if source.key.kind == "tag":
            document.add_text("names", " ".join(words))
        for lang in _stemming_languages(label.lang, analyser):
            document.add_text("text", " ".join(analyser.stems(words, lang)))
    letters_only = filter(str.isalpha, distinct)
    document.add_text("reversed_words", " ".join(map(reversed_term, letters_only)))


def _tag_stems(source: Document, analyser: Analyser) -> Iterator[str]:
    """The stem of a tag's name in each language in which it is one word."""
    names: dict[str, list[str]] = {}
    for label in source.labels:
        if label.lang is not None:
            names.setdefault(label.lang, analyser.words(label.text))
    for lang, words in names.items():
        if len(words) == 1:
            yield from analyser.stems(words, lang)


def reversed_term(word: str) -> str:
    """The word from its end, after its length, so that words of one length stand together."""
    return f"{len(word)}{word[::-1]}"


def _stemming_languages(lang: str | None, analyser: Analyser) -> Iterator[str]:
    """The languages in which a text is stemmed: its own, or all of the archive's."""
    if lang is not None:
        yield lang
    else:
        yield from analyser.languages


def key_from(kind: int, high: int, low: int) -> Key:
    name: ContentKind = DOCUMENT_KINDS[kind]
    return Key(name, UUID(int=high << 64 | low))


def mark_from(version: int, high: int, low: int) -> Mark:
    return Mark(version, (high << 64 | low).to_bytes(DIGEST_BYTES, "big"))


def read_column(
    searcher: tantivy.Searcher, name: str, addresses: Sequence[tantivy.DocAddress]
) -> list[int]:
    """The values of a number's field in these documents."""
    return [int(value or 0) for value in searcher.fast_field_values(name, list(addresses))]


def read_keys(searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> list[Key]:
    """The keys of these documents."""
    columns = (read_column(searcher, name, addresses) for name in ("kind", "id_high", "id_low"))
    return [key_from(*values) for values in zip(*columns, strict=True)]


def shown_texts(document: tantivy.Document) -> tuple[str, str, str]:
    """Title, summary and body as they are shown."""
    title, summary, body = (
        (document.get_first(f"shown_{name}") or b"").decode()
        for name in ("title", "summary", "body")
    )
    return title, summary, body
