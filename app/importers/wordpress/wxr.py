"""Reads WXR as a stream: the site, its authors and terms, and its items one by one."""

import xml.etree.ElementTree as tree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.errors import Invalid
from app.importers.wordpress.xml_stream import XmlStream


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What the channel says of itself; `name` is the field, in the words of WXR."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """A user, by the name that readers saw, which is HTML. Addresses, ids and hashes are not read
    at all."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """A category, a tag or a term of another taxonomy; `parent` is a slug. The name and the
    description are HTML."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass(slots=True)
class Item:
    """An item of any type. `terms` are those it carries; `comments` counts them by their type."""

    fields: dict[str, str] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field without blanks around it; empty when it is absent."""
        return self.fields.get(name, "").strip()

    def first_meta(self, *names: str) -> str:
        """The first of these custom fields that says something."""
        values = (value for name in names for value in self.meta.get(name, ()))
        return next((value.strip() for value in values if value.strip()), "")

    @property
    def key(self) -> str:
        """The id of the post."""
        return self.text("post_id") or self.text("guid") or self.text("link")

    @property
    def kind(self) -> str:
        """The post type."""
        return self.text("post_type") or "post"

    @property
    def place(self) -> str:
        """Where it is in the export, for people."""
        return f"{self.kind} {self.key}"


Part = SiteFacts | AuthorFacts | Term | Item


@dataclass(slots=True)
class WxrFile:
    """A file with its progress."""

    path: Path
    size: int = 0
    repaired: int = 0

    def parts(self) -> Iterator[Part]:
        """What the file holds, in its order. `Invalid` (`unsafe_xml`, `broken_xml`, `not_wxr`) says
        where reading ended; the parts before it are whole."""
        stream = XmlStream(self.path)
        count, is_wxr = 0, False
        try:
            for part in self._parts(stream):
                count += isinstance(part, Item)
                is_wxr = is_wxr or not isinstance(part, SiteFacts) or part.name == "wxr_version"
                yield part
        except tree.ParseError as error:
            message = (
                f"The XML breaks off or is damaged after {count} items ({error}). What comes before"
                " is read; export the site again, or mend the file there."
            )
            raise Invalid("broken_xml", message) from error
        except (DefusedXmlException, ValueError) as error:
            message = "The file declares a document type or entities, which no export of WordPress"
            raise Invalid("unsafe_xml", f"{message} does; it is not read.") from error
        finally:
            self.repaired = stream.repaired
            stream.close()
        if not is_wxr:
            message = "This is XML, but no export of WordPress; choose Tools, Export there."
            raise Invalid("not_wxr", message)

    def _parts(self, stream: XmlStream) -> Iterator[Part]:
        open_elements: list[tree.Element] = []
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            self.size = stream.size
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            if len(open_elements) == 2:  # a child of the channel, which is a child of rss
                part = _part_of(element)
                if part is not None:
                    yield part
                open_elements[-1].remove(element)


def _part_of(element: tree.Element) -> Part | None:
    name = _local_name(element.tag)
    match name:
        case "item":
            return _item(element)
        case "author":
            texts = _texts(element)
            name = texts.get("author_display_name", "")
            return AuthorFacts(texts.get("author_login", ""), name.strip())
        case "category" | "tag" | "term":
            texts = _texts(element)
            return Term(
                {"category": "category", "tag": "post_tag"}.get(
                    name, texts.get("term_taxonomy", "")
                ),
                texts.get("category_nicename") or texts.get(f"{name}_slug", ""),
                texts.get("cat_name") or texts.get(f"{name}_name", ""),
                texts.get(f"{name}_parent", ""),
                texts.get(f"{name}_description", ""),
            )
        case _ if len(element) == 0:
            return SiteFacts(name, (element.text or "").strip())
    return None


def _item(element: tree.Element) -> Item:
    item = Item()
    for child in element:
        name = _local_name(child.tag)
        match name:
            case "postmeta":
                texts = _texts(child)
                item.meta.setdefault(texts.get("meta_key", ""), []).append(
                    texts.get("meta_value", "")
                )
            case "category":
                domain = child.get("domain", "category")
                slug = child.get("nicename", "")
                item.terms.append(Term(domain, slug, (child.text or "").strip()))
            case "comment":
                texts = _texts(child)
                kind = texts.get("comment_type") or "comment"
                item.comments[kind] = item.comments.get(kind, 0) + 1
            case _:
                item.fields[name] = child.text or ""
    return item


def _texts(element: tree.Element) -> dict[str, str]:
    return {_local_name(child.tag): (child.text or "").strip() for child in element}


def _local_name(tag: str) -> str:
    """The name without its namespace. The text and the excerpt have the same one, `encoded`."""
    space, _, name = tag.rpartition("}")
    if name != "encoded":
        return name
    return "excerpt" if "excerpt" in space else "content"
