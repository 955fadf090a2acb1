"""OAI-PMH 2.0: a repository's answers as XML. Dublin Core (`oai_dc`) is the only format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from app.feeds.channel import Page, credit, urn
from app.feeds.dates import partial_date
from app.kit.clock import rfc3339
from app.public.articles import ArticleItem

MEDIA_TYPE: Final = "text/xml; charset=utf-8"
PREFIX: Final = "oai_dc"
_OAI: Final = "http://www.openarchives.org/OAI/2.0/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_DC_SCHEMA: Final = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_DC_SPACE: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"


class ProtocolError(Exception):
    """A request that the protocol refuses, by one of its codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Record:
    """An article, or (`article` is None) one that has been gone since `stamp`."""

    id: UUID
    stamp: datetime
    sets: Sequence[str]
    article: ArticleItem | None


@dataclass(frozen=True, slots=True)
class Repository:
    """The archive's publisher, address and beginning; `host` names it in identifiers."""

    name: str
    address: str
    host: str
    contact: str
    page: Page
    earliest: datetime

    def identifier(self, article_id: UUID) -> str:
        """The identifier of an article in this protocol."""
        return f"oai:{self.host}:{article_id}"


class Reply:
    """One answer: it repeats its request, then answers its verb."""

    def __init__(self, repository: Repository, now: datetime, arguments: Mapping[str, str]) -> None:
        self._repository = repository
        self._root = Element(
            "OAI-PMH",
            {
                "xmlns": _OAI,
                "xmlns:xsi": _XSI,
                "xsi:schemaLocation": f"{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
            },
        )
        _add_text(self._root, "responseDate", to_seconds(now))
        _add_text(self._root, "request", repository.address, dict(arguments))

    def to_bytes(self) -> bytes:
        """The answer in UTF-8."""
        text: bytes = ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True)
        return text

    def refuse(self, error: ProtocolError) -> None:
        """Add the error of the request."""
        _add_text(self._root, "error", error.message, {"code": error.code})

    def identify(self) -> None:
        """Describe the repository and its abilities."""
        about = SubElement(self._root, "Identify")
        _add_text(about, "repositoryName", self._repository.name)
        _add_text(about, "baseURL", self._repository.address)
        _add_text(about, "protocolVersion", "2.0")
        _add_text(about, "adminEmail", self._repository.contact)
        _add_text(about, "earliestDatestamp", to_seconds(self._repository.earliest))
        _add_text(about, "deletedRecord", "persistent")
        _add_text(about, "granularity", "YYYY-MM-DDThh:mm:ssZ")

    def formats(self) -> None:
        """List the only format."""
        element = SubElement(SubElement(self._root, "ListMetadataFormats"), "metadataFormat")
        _add_text(element, "metadataPrefix", PREFIX)
        _add_text(element, "schema", _DC_SCHEMA)
        _add_text(element, "metadataNamespace", _DC_SPACE)

    def sets(self, sets: Iterable[tuple[str, str]]) -> None:
        """List every set by its spec."""
        list_element = SubElement(self._root, "ListSets")
        for spec, name in sets:
            element = SubElement(list_element, "set")
            _add_text(element, "setSpec", spec)
            _add_text(element, "setName", name)

    def record(self, record: Record) -> None:
        """Add one record."""
        self._record(SubElement(self._root, "GetRecord"), record)

    def records(self, verb: str, records: Iterable[Record], token: str | None) -> None:
        """Add a portion of records, or of their headers. `token` is empty after the last portion,
        and None if there is only one."""
        list_element = SubElement(self._root, verb)
        for record in records:
            if verb == "ListIdentifiers":
                self._header(list_element, record)
            else:
                self._record(list_element, record)
        if token is not None:
            _add_text(list_element, "resumptionToken", token)

    def _header(self, parent: Element, record: Record) -> None:
        header = SubElement(parent, "header", {} if record.article else {"status": "deleted"})
        _add_text(header, "identifier", self._repository.identifier(record.id))
        _add_text(header, "datestamp", to_seconds(record.stamp))
        for spec in record.sets:
            _add_text(header, "setSpec", spec)

    def _record(self, parent: Element, record: Record) -> None:
        element = SubElement(parent, "record")
        self._header(element, record)
        article = record.article
        if article is None:
            return
        dc = SubElement(
            SubElement(element, "metadata"),
            "oai_dc:dc",
            {
                "xmlns:oai_dc": _DC_SPACE,
                "xmlns:dc": "http://purl.org/dc/elements/1.1/",
                "xsi:schemaLocation": f"{_DC_SPACE} {_DC_SCHEMA}",
            },
        )
        for name, value in _dublin_core(article, self._repository):
            _add_text(dc, f"dc:{name}", value)


def _dublin_core(article: ArticleItem, repository: Repository) -> Iterable[tuple[str, str]]:
    """The fifteen elements of Dublin Core, as far as an article has them."""
    yield "title", article.title
    for author in article.authors:
        yield "creator", author.name
    for tag in article.tags:
        yield "subject", tag.name
    if article.summary:
        yield "description", article.summary
    yield "publisher", repository.name
    if article.date_precision != "unknown":
        yield "date", partial_date(article)
    yield "type", "Text"
    yield "format", "text/html"
    yield "identifier", repository.page(article.kind, article.slug, article.lang)
    yield "identifier", urn(article.id)
    if article.source is not None:
        yield "source", article.source.url or article.source.name
    yield "language", article.lang
    for other in article.translations:
        yield "relation", repository.page(article.kind, other.slug, other.lang)
    yield "rights", credit(article)


def to_seconds(moment: datetime) -> str:
    """An instant to the second, the finest unit of the protocol."""
    return rfc3339(moment.replace(microsecond=0))


def _add_text(
    parent: Element, name: str, text: str, attributes: dict[str, str] | None = None
) -> None:
    SubElement(parent, name, attributes or {}).text = text
