"""A partner with a key, as the publisher makes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.accounts.principal import OPERATOR
from app.partners import keys, registry
from app.partners.keys import KeyInput
from app.partners.registry import PartnerChange, PartnerInput
from app.public.vocabulary import KeyScope
from app.runtime import Runtime

EVERY_SCOPE: tuple[KeyScope, ...] = ("content:read", "embargo:read", "usage:read", "keys:rotate")


def organisation(runtime: Runtime, **over: Any) -> UUID:
    """A new partner."""
    asked = PartnerInput(**{"name": "Andes Press", **over})
    with runtime.database.writing() as tx:
        return registry.create(tx, OPERATOR, asked, runtime.clock()).id


def key_of(
    runtime: Runtime, partner: UUID, *scopes: KeyScope, expires_at: datetime | None = None
) -> str:
    """A new key of a partner; with no scopes, all of them."""
    asked = KeyInput(name="Server", scopes=list(scopes or EVERY_SCOPE), expires_at=expires_at)
    with runtime.database.writing() as tx:
        return keys.create(tx, OPERATOR, partner, asked, runtime.clock()).key


def key(runtime: Runtime, **over: Any) -> str:
    """A key that may do everything, of a new partner."""
    return key_of(runtime, organisation(runtime, **over))


def shows(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


def change(runtime: Runtime, partner: UUID, **over: Any) -> None:
    """Change what was agreed."""
    with runtime.database.writing() as tx:
        revision = registry.get_partner(tx, partner).revision
        registry.change(tx, OPERATOR, partner, PartnerChange(**over), runtime.clock(), revision)


def suspend(runtime: Runtime, partner: UUID) -> None:
    """Suspend a partner."""
    with runtime.database.writing() as tx:
        revision = registry.get_partner(tx, partner).revision
        registry.suspend(tx, OPERATOR, partner, runtime.clock(), revision)


def revoke(runtime: Runtime, partner: UUID, key: str) -> None:
    """Revoke a key."""
    with runtime.database.writing() as tx:
        keys.revoke(tx, OPERATOR, partner, key.split("_")[1], runtime.clock())
