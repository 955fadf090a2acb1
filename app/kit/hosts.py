"""Hosts of addresses of the web."""

from urllib.parse import urlsplit


def host_of(address: str) -> str:
    """The host of an address without `www.`; empty when it has none, or is no address."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
