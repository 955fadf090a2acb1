"""Addresses of readers: one normal form, a keyed hash to find it by, and a cipher to keep it in."""

from base64 import urlsafe_b64encode
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from email_validator import EmailNotValidError, validate_email

from app.accounts.keys import SecretKey

_LONGEST: Final = 254
"""The characters of an address that SMTP can carry."""


class UnreadableAddress(Exception):
    """The address was encrypted with another key."""


def normalised_address(text: str) -> str:
    """An address as it is written to, with its domain in small letters; `ValueError`.

    It may hold letters beyond ASCII on both sides. Nothing that could end a header passes.
    """
    try:
        valid = validate_email(
            text.strip(),
            check_deliverability=False,
            strict=True,
            allow_quoted_local=False,
            allow_domain_literal=False,
            globally_deliverable=False,
        )
    except EmailNotValidError as error:
        raise ValueError("must be an e-mail address such as ana@example.org") from error
    if len(valid.normalized.encode()) > _LONGEST or "." not in valid.ascii_domain:
        raise ValueError("must be an e-mail address such as ana@example.org")
    return valid.normalized


class AddressBook:
    """Encrypts, decrypts and hashes addresses with keys derived from the installation's."""

    def __init__(self, key: SecretKey) -> None:
        self._key = key
        self._cipher = Fernet(urlsafe_b64encode(key.derive("reader address")))
        self.mark: Final = key.mark

    def hash_of(self, address: str) -> str:
        """The hash of a normal address. Letters' case does not count: nobody has two mailboxes that
        differ by it alone."""
        return self._key.derive("reader address hash", address.casefold()).hex()

    def encrypt(self, address: str) -> str:
        """The address as the store keeps it; another text each time."""
        return self._cipher.encrypt(address.encode()).decode()

    def decrypt(self, cipher: str) -> str:
        """The address; `UnreadableAddress` if another key encrypted it."""
        try:
            return self._cipher.decrypt(cipher.encode()).decode()
        except InvalidToken as error:
            raise UnreadableAddress from error
