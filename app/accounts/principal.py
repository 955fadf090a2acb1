"""The actor of a request and their rights."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from uuid import UUID

from app.accounts.scopes import ALL, SCOPES_OF, Role, Scope, Scopes
from app.audit import By, Via
from app.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a request. `address` is the client's own, after trusted proxies."""

    address: str
    user_agent: str = ""

    @property
    def plain_address(self) -> str:
        """The normalised address; `unknown` when it is malformed (a socket, a forgery)."""
        address = self._parse_address()
        return "unknown" if address is None else str(address)

    @property
    def network(self) -> str:
        """The network that a client can hardly leave: an IPv4 address, or an IPv6 /64."""
        address = self._parse_address()
        if isinstance(address, IPv6Address):
            return str(ip_network((address, 64), strict=False))
        return self.plain_address

    def _parse_address(self) -> IPv4Address | IPv6Address | None:
        try:
            address = ip_address(self.address.partition("%")[0])
        except ValueError:
            return None
        return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address

    @property
    def browser(self) -> str:
        """The user agent, cut short and without control characters."""
        return re.sub(r"[^\x20-\x7e\xa0-\ud7ff]", "", self.user_agent)[:200]


@dataclass(frozen=True, slots=True)
class Principal:
    """An account as it is now, and the way it proved itself. `scopes` are the present ones."""

    account_id: UUID | None  # none for the operator at the command line
    email: str
    name: str
    role: Role
    scopes: Scopes
    via: Via
    credential: str | None = None  # the session's or the token's id
    address: str | None = None
    own_drafts_only: bool = False  # by a setting, for writers

    @property
    def by(self) -> By:
        """The identity that the audit records."""
        return By(self.via, self.account_id, self.credential, self.address)


OPERATOR: Final = Principal(None, "", "operator", "admin", ALL, "operator")
"""The person with a shell on the machine; the command line acts as this principal."""


def require(principal: Principal, scope: Scope) -> None:
    """`Forbidden`, naming the scope, unless the principal has it."""
    if scope not in principal.scopes:
        raise Forbidden("scope_missing", f"This needs the scope {scope}.")


def require_session(principal: Principal) -> tuple[UUID, UUID]:
    """The account and its login session. `Forbidden` for tokens: a leaked token must not change a
    password or a second factor, and so outlive its own revocation."""
    if principal.via != "session" or principal.account_id is None or principal.credential is None:
        raise Forbidden("session_required", "Log in for this; a token may not do it.")
    return principal.account_id, UUID(principal.credential)


def require_power_over(principal: Principal, role: Role) -> None:
    """`Forbidden` unless the principal has every scope of the role.

    Else a principal could gain rights by making or taking over an account that has more.
    """
    require(principal, "users:write")
    lacking = SCOPES_OF[role] - principal.scopes
    if lacking:
        raise Forbidden(
            "more_than_own",
            f"The role {role} has scopes that you lack: {', '.join(sorted(lacking))}.",
        )
