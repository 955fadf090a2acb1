"""Addresses as a browser reads them."""

import re


def scheme_of(address: str) -> str:
    """As browsers read it: blanks and controls within mean nothing, and a colon after anything
    but a name is none."""
    found = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", address.lower()))
    return found[1] if found else ""
