"""Passwords: the rules for new ones, and argon2id in a bounded number of hashes at once.

Parameters are OWASP's minimum for argon2id (19 MiB, 2 passes, 1 lane): about 35 ms a hash, and
two at once take 38 MiB, which a small machine has. Hashes with other parameters are renewed when
their owner logs in.
"""

import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NewType

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.errors import Detail, Invalid, Unavailable
from app.kit.text import is_legal

SHORTEST: Final = 12
LONGEST: Final = 200
_MEMORY_KIB: Final = 19_456
_PASSES: Final = 2
_DIFFERENT: Final = 5
_STOCK: Final = {
    *("password", "passwort", "contrasena", "contraseña", "willay", "letmein", "iloveyou"),
    *("administrator", "qwertyuiop", "qwertyuiopasdfgh", "changeme", "welcome"),
}

NewPassword = NewType("NewPassword", str)
"""A password that the rules allow, normalised."""

HashedPassword = NewType("HashedPassword", str)


def validate_password(password: str, email: str) -> NewPassword:
    """The password in the form to hash; `Invalid` names the rule that it breaks."""
    text = normalise_password(password)
    broken = _broken_rule(text, email)
    if broken is not None:
        detail = Detail("weak_password", broken, pointer="/password")
        raise Invalid("weak_password", broken, (detail,))
    return NewPassword(text)


def generate_password() -> NewPassword:
    """A new random password of 120 bits."""
    return NewPassword(secrets.token_urlsafe(15))


def normalise_password(password: str) -> str:
    """The normalised form (NFKC), so that every keyboard types the same password."""
    # Some characters become 18, so the text is cut before it grows.
    return unicodedata.normalize("NFKC", password[: LONGEST + 1])


def _broken_rule(text: str, email: str) -> str | None:
    if not SHORTEST <= len(text) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    if not is_legal(text):
        return "A password holds no control characters."
    plain = text.lower()
    if plain in (email, email.partition("@")[0]):
        return "The password is the e-mail; choose something else."
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    if len(set(plain)) < _DIFFERENT or len(steps) <= 2:
        return "The password repeats itself or counts; choose something less regular."
    if "".join(filter(str.isalpha, plain)) in _STOCK:
        return "The password is one of those that are tried first; choose another."
    return None


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password is right; `newer` is a hash with today's parameters, when one is due."""

    is_right: bool
    newer: HashedPassword | None = None


class Hasher:
    """Hashes a few passwords at once. Some more may wait, and the rest are refused at once."""

    def __init__(
        self, at_once: int = 2, waiting_at_most: int = 20, wait_seconds: float = 5.0
    ) -> None:
        self._argon2 = PasswordHash((Argon2Hasher(_PASSES, _MEMORY_KIB, 1),))
        self._nobodys = _nobodys_hash()
        self._places = threading.BoundedSemaphore(at_once)
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._at_most = at_once + waiting_at_most
        self._inside = 0
        self.verifications = 0
        """The number of passwords compared so far."""

    def hash(self, password: NewPassword) -> HashedPassword:
        """A new hash; `Unavailable` when too many wait already."""
        with self._hash_slot():
            return HashedPassword(self._argon2.hash(password))

    def verify(self, password: str, stored_hash: str | None) -> PasswordCheck:
        """Compare a password with a hash. Without a hash, do the same work on a dummy hash."""
        text = normalise_password(password)
        if len(text) > LONGEST:
            return PasswordCheck(False)  # no account has so long a password
        with self._hash_slot():
            with self._lock:
                self.verifications += 1
            # A lone surrogate is in no password, but must be refused like a wrong password.
            typed = text.encode(errors="surrogatepass")
            right, newer = self._argon2.verify_and_update(typed, stored_hash or self._nobodys)
        if stored_hash is None or not right:
            return PasswordCheck(False)
        return PasswordCheck(True, HashedPassword(newer) if newer is not None else None)

    @contextmanager
    def _hash_slot(self) -> Iterator[None]:
        with self._lock:
            if self._inside >= self._at_most:
                raise _overloaded_error()
            self._inside += 1
        try:
            if not self._places.acquire(timeout=self._wait_seconds):
                raise _overloaded_error()
            try:
                yield
            finally:
                self._places.release()
        finally:
            with self._lock:
                self._inside -= 1


def _overloaded_error() -> Unavailable:
    return Unavailable("overloaded", "Too many people log in right now; try again in a moment.")


def _nobodys_hash() -> str:
    """A dummy hash that costs as much as any other and matches no known password."""
    salt, result = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p=1${salt}${result}"
