"""Reads WXR as a stream: the site, its authors and terms, and its items one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.errors import Invalid
from app.importers.wordpress.elements import DamagedXml, Element, read_elements
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


@dataclass
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

    @cached_property
    def key(self) -> str:
        """The id of the post."""
        return self.text("post_id") or self.text("guid") or self.text("link")

    @cached_property
    def kind(self) -> str:
        """The post type."""
        return self.text("post_type") or "post"

    @cached_property
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
        except DamagedXml as error:
            message = (
                f"The XML breaks off or is damaged after {count} items ({error}). What comes before"
                " is read; export the site again, or mend the file there."
            )
            raise Invalid("broken_xml", message) from error
        finally:
            self.repaired = stream.repaired
            stream.close()
        if not is_wxr:
            message = "This is XML, but no export of WordPress; choose Tools, Export there."
            raise Invalid("not_wxr", message)

    def _parts(self, stream: XmlStream) -> Iterator[Part]:
        for element in read_elements(stream):
            self.size = stream.size
            part = _part_of(element)
            if part is not None:
                yield part


def _part_of(element: Element) -> Part | None:
    name = element.name
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
        case _:
            return None if element.children else SiteFacts(name, element.text.strip())


def _item(element: Element) -> Item:
    item = Item()
    for child in element.children:
        match child.name:
            case "postmeta":
                texts = _texts(child)
                item.meta.setdefault(texts.get("meta_key", ""), []).append(
                    texts.get("meta_value", "")
                )
            case "category":
                domain = child.attributes.get("domain", "category")
                slug = child.attributes.get("nicename", "")
                item.terms.append(Term(domain, slug, child.text.strip()))
            case "comment":
                texts = _texts(child)
                kind = texts.get("comment_type") or "comment"
                item.comments[kind] = item.comments.get(kind, 0) + 1
            case name:
                item.fields[name] = child.text
    return item


def _texts(element: Element) -> dict[str, str]:
    return {child.name: child.text.strip() for child in element.children}
