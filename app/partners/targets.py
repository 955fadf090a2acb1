"""The allowed targets of webhooks: public addresses of the internet, by https on port 443.

A name is resolved once for each attempt, and every address of it must be allowed. The connection
then uses one of these without resolving again. Addresses that embed another one (IPv4-mapped,
NAT64) are judged by that; those of tunnels are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx2

from app.errors import Detail, Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST: Final = 2_000

_NAT64: Final = IPv6Network("64:ff9b::/96")
# Special, yet global for Python 3.11: relays and tunnels, documentation, Azure's own service.
_REFUSED: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
        *("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20"),
        *("5f00::/16", "fec0::/10"),
    )
)

_OWN: Final = "or have the operator name its network in WILLAY_WEBHOOK_NETWORKS."
_REFUSALS: Final = {
    "address_refused": f"This address is not public; give one that is, {_OWN}",
    "https_required": f"Only https on port 443 is sent to; give such an address, {_OWN}",
}


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks such as `10.0.0.0/8`; ValueError for anything else."""
    return tuple(ip_network(text) for text in texts)


@dataclass(frozen=True, slots=True)
class ReachPolicy:
    """The networks that the operator allows beyond public addresses, with any port and scheme."""

    networks: tuple[Network, ...] = ()

    def is_own(self, address: Address) -> bool:
        """Whether the address is in a network that the operator named."""
        return any(address in network for network in self.networks)

    def refusal(self, url: httpx2.URL, addresses: Sequence[str]) -> str | None:
        """The reason why a target with these addresses is refused; None when it is allowed."""
        if not addresses:
            return "unresolved"
        parsed = [_embedded_address(text) for text in addresses]
        if all(address is not None and self.is_own(address) for address in parsed):
            return None
        if any(address is None or not _is_global(address) for address in parsed):
            return "address_refused"
        return None if _is_plain_https(url) else "https_required"

    def refuse(self, url: httpx2.URL) -> None:
        """`Invalid` for a target that is refused whatever its name resolves to."""
        problem = None
        if _embedded_address(url.host) is not None:
            problem = self.refusal(url, [url.host])
        elif not self.networks and not _is_plain_https(url):
            problem = "https_required"
        if problem is not None:
            detail = Detail(problem, _REFUSALS[problem], pointer="/url")
            raise Invalid(problem, detail.message, (detail,))


def _is_plain_https(url: httpx2.URL) -> bool:
    return url.scheme == "https" and url.port in (None, 443)


def parse_target(text: str) -> httpx2.URL:
    """The parsed address of a target; `Invalid`."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise _invalid_target("it is no address") from error
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or "\\" in text:
        raise _invalid_target("use at most 2,000 visible ASCII characters")
    if url.scheme not in ("https", "http") or not url.host:
        raise _invalid_target("it must begin with https:// and name a host")
    if url.port is not None and not 0 < url.port < 65_536:
        raise _invalid_target("there is no such port")
    if url.userinfo or url.fragment or "%" in url.host:
        raise _invalid_target("leave out user, password, fragment and zone")
    if _looks_like_address(url.host):
        raise _invalid_target("write the host as a name or as a plain IP address")
    return url


def _looks_like_address(host: str) -> bool:
    """Whether a resolver would read the host as an address: `2130706433`, `0x7f.1`, `127.1`."""
    last = host.rstrip(".").rsplit(".", 1)[-1]
    number = last.isdecimal() or last.lower().startswith("0x")
    return number and _embedded_address(host) is None


def _invalid_target(why: str) -> Invalid:
    return Invalid("invalid_target", f"The webhook's url is refused: {why}.")


def _embedded_address(text: str) -> Address | None:
    """The address itself or the one that it embeds; None when it is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_global(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not special and not any(address in network for network in _REFUSED)
