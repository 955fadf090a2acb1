"""Signatures by Standard Webhooks 1.0.0: `v1` with a shared secret, `v1a` with a public key.

Both keys are derived from the installation's key and the subscription's salt, so a stolen database
reveals neither.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook as SharedSecret

from app.accounts.keys import SecretKey


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of one subscription under one salt."""

    _key: SecretKey
    _webhook: UUID
    _salt: str

    @property
    def secret(self) -> str:
        """The secret by which the partner verifies `v1`: `whsec_…`."""
        return "whsec_" + b64encode(self._shared_secret()).decode()

    @property
    def public_key(self) -> str:
        """The public key by which the partner verifies `v1a`: `whpk_…`."""
        return "whpk_" + b64encode(self._private_key().public_key().public_bytes_raw()).decode()

    def sign(self, message_id: str, at: datetime, body: str) -> list[str]:
        """Both signatures of a message."""
        shared = SharedSecret(self._shared_secret()).sign(message_id, at, body)
        signed = f"{message_id}.{int(at.timestamp())}.{body}".encode()
        private = b64encode(self._private_key().sign(signed)).decode()
        return [shared, f"v1a,{private}"]

    def _shared_secret(self) -> bytes:
        return self._key.derive("webhook v1", str(self._webhook), self._salt)

    def _private_key(self) -> Ed25519PrivateKey:
        seed = self._key.derive("webhook v1a", str(self._webhook), self._salt)
        return Ed25519PrivateKey.from_private_bytes(seed)


def signature_headers(
    keys: Sequence[SigningKeys], message_id: str, at: datetime, body: str
) -> dict[str, str]:
    """The headers of a message; with both signatures while a secret is being replaced."""
    signatures = [signature for key in keys for signature in key.sign(message_id, at, body)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
