"""Reads WXR as a stream: the site, its authors and terms, and its items one by one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.parsers.expat import errors

from app.errors import Invalid
from app.importers.wordpress.elements import DamagedXml, Element, read_elements
from app.importers.wordpress.rescue import Rescue
from app.importers.wordpress.xml_stream import XmlStream

_JUNK: Final = errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
"""What stands after the end of the XML."""
_TAXONOMIES: Final = {"category": "category", "tag": "post_tag"}
"""Taxonomies by the names of their elements, which items of WXR 1.0 give them too."""


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
        """The id of the post; the survey gives another key to one whose id is taken."""
        return self.text("post_id") or self.text("guid") or self.text("link")

    @cached_property
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
        what could not be read; the parts before it are whole."""
        stream = XmlStream(self.path)
        count, is_wxr = 0, False
        damage: DamagedXml | None = None
        try:
            for part in self._parts(stream):
                count += isinstance(part, Item)
                is_wxr = is_wxr or _is_of_wordpress(part)
                if isinstance(part, Item) and not is_wxr:
                    break  # a feed, which has no more than the beginnings of texts
                yield part
        except DamagedXml as error:
            damage = error
        finally:
            self.repaired = stream.repaired
            stream.close()
        if damage is not None:
            yield from self._rescued_parts(count, damage)
        elif not is_wxr:
            message = "This is XML, but no export of WordPress; choose Tools, Export there."
            raise Invalid("not_wxr", message)

    def _rescued_parts(self, count: int, damage: DamagedXml) -> Iterator[Part]:
        """What follows the first `count` items of a file whose XML is damaged."""
        rescue, stream = Rescue(count), XmlStream(self.path)
        item_count = count
        try:
            for element in rescue.elements(stream):
                self.size = max(self.size, stream.size)
                part = _part_of(element)
                if part is not None:
                    item_count += isinstance(part, Item)
                    yield part
        finally:
            stream.close()
        self.repaired += rescue.mended_count
        if not rescue.is_rss:
            message = f"This is no export of WordPress: it is no RSS ({damage})."
            raise Invalid("not_wxr", f"{message} Choose Tools, Export there.")
        is_known = rescue.mended_count or item_count > count or damage.code == _JUNK
        if rescue.lost_items or not (rescue.is_whole and is_known):
            lost = rescue.lost_names or "what comes after them"
            message = (
                f"The XML breaks off or is damaged ({damage}). {item_count} items are read, but not"
                f" {lost}. Export the site again, or mend the file there."
            )
            raise Invalid("broken_xml", message)

    def _parts(self, stream: XmlStream) -> Iterator[Part]:
        for element in read_elements(stream):
            self.size = stream.size
            part = _part_of(element)
            if part is not None:
                yield part


def _is_of_wordpress(part: Part) -> bool:
    """Whether a part is one that only exports have."""
    match part:
        case SiteFacts():
            return part.name == "wxr_version"
        case Item():
            return bool(part.text("post_type") or part.text("post_id") or part.text("status"))
        case _:
            return True


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
                _TAXONOMIES.get(name, texts.get("term_taxonomy", "")),
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
                item.terms.append(Term(_TAXONOMIES.get(domain, domain), slug, child.text.strip()))
            case "comment":
                texts = _texts(child)
                kind = texts.get("comment_type") or "comment"
                item.comments[kind] = item.comments.get(kind, 0) + 1
            case name:
                item.fields[name] = child.text
    return item


def _texts(element: Element) -> dict[str, str]:
    return {child.name: child.text.strip() for child in element.children}
