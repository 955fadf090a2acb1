"""What machines may do with the content, in the two forms that they read.

RSL 1.0 (Really Simple Licensing, https://rslstandard.org/rsl) says in XML what is permitted and how
it is paid. TDMRep (W3C's TDM Reservation Protocol) says in JSON whether the rights to text and data
mining are reserved, as Article 4 of the EU's directive 2019/790 wants it. Both are about `/`: every
page of the host that serves them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from app.public.site import TdmRule

MEDIA_TYPE: Final = "application/rsl+xml"
_NAMESPACE: Final = "https://rslstandard.org/rsl"


@dataclass(frozen=True, slots=True)
class MachineTerms:
    """The terms as they were saved; addresses are None where there is none."""

    permits: tuple[str, ...]
    prohibits: tuple[str, ...]
    payment: str | None
    standard: str | None
    terms: str | None
    tdm_reserved: bool | None
    tdm_policy: str | None

    @property
    def has_rsl(self) -> bool:
        """Whether there is something for RSL to say."""
        return bool(self.permits or self.prohibits)


def machine_terms(machines: Mapping[str, Any] | None) -> MachineTerms | None:
    """The terms of a stored record; None if nothing is said."""
    if machines is None:
        return None
    usages = {name: tuple(machines[name]) for name in ("permits", "prohibits")}
    return MachineTerms(**{**machines, **usages})


def render_rsl(terms: MachineTerms, publisher: str, contact: str | None) -> bytes:
    """The licence as RSL. `publisher` holds the copyright; `contact` is where to ask, an address
    or an e-mail address."""
    root = Element("rsl", {"xmlns": _NAMESPACE})
    content = SubElement(root, "content", {"url": "/"})
    licence = SubElement(content, "license")
    for element, usages in (("permits", terms.permits), ("prohibits", terms.prohibits)):
        if usages:
            SubElement(licence, element, {"type": "usage"}).text = " ".join(usages)
    if terms.payment is not None:
        payment = SubElement(licence, "payment", {"type": terms.payment})
        if terms.standard is not None:
            SubElement(payment, "standard").text = terms.standard
    holder = {"type": "organization"}
    if contact is not None:
        holder["contactEmail" if "://" not in contact else "contactUrl"] = contact
    SubElement(content, "copyright", holder).text = publisher
    if terms.terms is not None:
        SubElement(content, "terms").text = terms.terms
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def tdm_rules(terms: MachineTerms) -> list[TdmRule]:
    """The reservation of the whole site; empty if nothing is said about it."""
    if terms.tdm_reserved is None:
        return []
    return [TdmRule(location="/", reservation=int(terms.tdm_reserved), policy=terms.tdm_policy)]
