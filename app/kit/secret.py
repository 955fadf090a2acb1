"""Random secrets for addresses, and what a store keeps of them."""

import secrets
from hashlib import sha256


def new_secret() -> str:
    """256 random bits as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the store keeps of a random secret; slow hashes are for what can be guessed."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
