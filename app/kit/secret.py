"""Random secrets for addresses, and their stored digests."""

import secrets
from hashlib import sha256


def new_secret() -> str:
    """256 random bits as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The stored form of a random secret; only guessable secrets need a slow hash."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
