"""Authentication: every use of a password, and of the credentials that replace it.

Passwords are hashed outside transactions and in bounded number. An unknown e-mail, a suspended
account and a wrong password cost the same work and get the same words. A refusal writes nothing to
the store, only a line to the log, without the typed text.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app import audit
from app.accounts import keys, offers, passwords, second_factor, sessions, tokens
from app.accounts.inputs import normalised_email
from app.accounts.keys import SecretKey
from app.accounts.passwords import HashedPassword, Hasher
from app.accounts.principal import Origin, Principal, require_session
from app.accounts.proof import Proof, has_second_factor, lock_account, verify_proof
from app.accounts.revocation import end_access
from app.accounts.sessions import NewSession
from app.accounts.throttle import Throttle
from app.audit import By
from app.database import Database, WriteTx
from app.errors import Throttled, Unauthenticated, Unavailable
from app.kit.clock import Clock
from app.models.account import Account, PasswordReset, Totp

log: Final = logging.getLogger("willay")

_LONGEST_BEARER: Final = 200


@dataclass(frozen=True, slots=True)
class _LoginAttempt:
    """An attempt; without an account or a password the same work is done for a dummy hash."""

    email: str
    account_id: UUID | None
    password_hash: str | None
    network: str
    is_usual: bool
    has_factor: bool = False


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One per process, because the bounds of the hasher and the throttle are per process."""

    database: Database
    clock: Clock
    key: Callable[[], SecretKey]
    hasher: Hasher
    throttle: Throttle

    def login(self, email: str, password: str, code: str | None, origin: Origin) -> NewSession:
        """A new session for a right password (and code, when a second factor is on).

        `Unauthenticated` (`wrong_credentials`, `code_required`, `code_wrong`), `Throttled`,
        `Unavailable` when too many log in at once.
        """
        candidate = self._register_attempt(email, origin)
        newer = self._check_password(candidate, password)
        with self.database.writing() as tx:
            account = self._lock_unchanged(tx, candidate)
            if has_second_factor(tx, account.id):
                self._use_code(tx, candidate, account.id, code, origin)
            if newer is not None:
                account.password_hash = newer
            session = sessions.create(tx, account, origin, self.clock())
        self._clear_throttle(candidate, with_code=code is not None)
        return session

    def log_out(self, secret: str, origin: Origin) -> None:
        """End the session with this secret, unless it has ended already."""
        now = self.clock()
        with self.database.writing() as tx:
            try:
                principal, _ = sessions.identify(tx, secret, origin, now)
            except Unauthenticated:
                return
            _, session_id = require_session(principal)
            sessions.end(tx, principal, session_id, now)

    def identify(self, bearer: str, origin: Origin) -> Principal:
        """The holder of a session's secret or a token; `Unauthenticated`. Records the use, at most
        once a minute."""
        now = self.clock()
        if len(bearer) > _LONGEST_BEARER:
            raise Unauthenticated("token_invalid", "The token is unknown, expired or revoked.")
        find = sessions.identify if bearer.startswith(sessions.PREFIX) else tokens.identify
        with self.database.reading() as tx:
            principal, noted_at = find(tx, bearer, origin, now)
        if noted_at is None or now - noted_at >= sessions.USE_NOTED_EVERY:
            self._note_use(principal, now)
        return principal

    def prove(self, principal: Principal, password: str, code: str | None, origin: Origin) -> Proof:
        """A fresh proof by the owner of a session, for commands that ask for one. Throttled like a
        login, so a stolen session cannot be used to guess the password."""
        account_id, session_id = require_session(principal)
        candidate = self._register_attempt(principal.email, origin)
        if candidate.account_id != account_id or candidate.password_hash is None:
            raise Unauthenticated("session_ended", "The session has ended; log in again.")
        newer = self._check_password(candidate, password)
        proof = Proof(
            principal, account_id, session_id, newer or candidate.password_hash, code is not None
        )
        if newer is not None or code is not None:
            with self.database.writing() as tx:
                account = self._lock_unchanged(tx, candidate)
                account.password_hash = proof.password_hash
                if code is not None:
                    self._use_code(tx, candidate, account_id, code, origin)
        self._clear_throttle(candidate, with_code=code is not None)
        return proof

    def change_password(
        self, principal: Principal, old: str, new: str, origin: Origin
    ) -> NewSession:
        """Change one's own password. Every session ends, this one too, with the account's personal
        tokens and links. Returns a new session."""
        require_session(principal)
        allowed = passwords.validate_password(new, principal.email)
        proof = self.prove(principal, old, None, origin)
        hashed = self.hasher.hash(allowed)
        now = self.clock()
        with self.database.writing() as tx:
            account = verify_proof(tx, proof)
            _set_password(tx, account, hashed, now)
            audit.record(tx, principal.by, now, "password.changed", "account", account.id)
            return sessions.create(tx, account, origin, now)

    def redeem_reset(self, secret: str, new: str, origin: Origin) -> None:
        """Set a password with the secret of a reset, which is then used up; log in afterwards.

        `Unauthenticated` when the secret is unknown, used or older than a day.
        """
        now = self.clock()
        self.throttle.admit_network(origin.network, now)
        mark = keys.digest(secret[:_LONGEST_BEARER])
        good = sa.and_(col(PasswordReset.digest) == mark, col(PasswordReset.expires_at) > now)
        with self.database.reading() as tx:
            row = tx.execute(
                sa.select(col(Account.id), col(Account.email))
                .join(PasswordReset, col(PasswordReset.account_id) == col(Account.id))
                .where(good)
            ).one_or_none()
        if row is None:
            raise _used_up()
        hashed = self.hasher.hash(passwords.validate_password(new, row.email))
        with self.database.writing() as tx:
            account = lock_account(tx, row.id)
            used = tx.execute(sa.delete(PasswordReset).where(good))
            if account is None or account.suspended_at is not None or used.rowcount != 1:
                raise _used_up()
            _set_password(tx, account, hashed, now)
            by = By("reset", account.id, None, origin.plain_address)
            audit.record(tx, by, now, "password.changed", "account", account.id)

    def request_reset(self, email: str, origin: Origin, *, is_sent: bool) -> None:
        """Plan a letter with a new secret for an account's owner: see `offers.offer_on_request`.
        Too many requests from one network change nothing, and are answered like any other."""
        now = self.clock()
        try:
            self.throttle.admit_network(origin.network, now)
        except Throttled:
            log.warning("Too many requests for new passwords come from %s.", origin.network)
            return
        with self.database.writing() as tx:
            offers.offer_on_request(tx, self.key(), email, now, is_sent=is_sent)

    def _register_attempt(self, email: str, origin: Origin) -> _LoginAttempt:
        """Read the data for judging an attempt, and count it; `Throttled`."""
        now, network = self.clock(), origin.network
        try:
            address = normalised_email(email)
        except ValueError:
            address = ""  # no account has it; the attempt takes the same time
        statement = (
            sa.select(
                col(Account.id),
                col(Account.password_hash),
                col(Account.suspended_at),
                col(Totp.confirmed_at).isnot(None).label("has_factor"),
            )
            .outerjoin(Totp, col(Totp.account_id) == col(Account.id))
            .where(col(Account.email) == address)
        )
        with self.database.reading() as tx:
            row = tx.execute(statement).one_or_none()
            # This query runs for unknown e-mails too, so that they are not answered sooner.
            account_id = row.id if row is not None else UUID(int=0)
            is_usual = sessions.is_usual(tx, account_id, network, now)
        self.throttle.admit(address, network, now, is_usual=is_usual)
        if row is None or row.suspended_at is not None:
            return _LoginAttempt(address, None, None, network, is_usual)
        return _LoginAttempt(
            address, row.id, row.password_hash, network, is_usual, bool(row.has_factor)
        )

    def _check_password(self, candidate: _LoginAttempt, password: str) -> HashedPassword | None:
        """Check the password, and return a newer hash of it when one is due."""
        verdict = self.hasher.verify(password, candidate.password_hash)
        if not verdict.is_right:
            raise _bad_credentials(candidate.network)
        return verdict.newer

    def _lock_unchanged(self, tx: WriteTx, candidate: _LoginAttempt) -> Account:
        """The account, locked; refused when it changed while its password was compared."""
        account = lock_account(tx, candidate.account_id) if candidate.account_id else None
        if (
            account is None
            or account.suspended_at is not None
            or account.password_hash != candidate.password_hash
        ):
            raise _bad_credentials(candidate.network)
        return account

    def _use_code(
        self,
        tx: WriteTx,
        candidate: _LoginAttempt,
        account_id: UUID,
        code: str | None,
        origin: Origin,
    ) -> None:
        if not code:
            self._give_back(candidate)
            raise Unauthenticated("code_required", "The password is right; a code is needed too.")
        now = self.clock()
        self.throttle.admit_code(candidate.email, now, is_usual=candidate.is_usual)
        used = second_factor.use_code(tx, account_id, code, self.key(), now)
        if used is None:
            log.warning("A second factor was refused from %s.", candidate.network)
            raise Unauthenticated("code_wrong", "The code is wrong or was used already.")
        if used == "recovery":
            by = By("session", account_id, None, origin.plain_address)
            audit.record(tx, by, now, "totp.recovery_used", "account", account_id)

    def _give_back(self, candidate: _LoginAttempt) -> None:
        self.throttle.give_back(candidate.email, candidate.network, is_usual=candidate.is_usual)

    def _clear_throttle(self, candidate: _LoginAttempt, *, with_code: bool) -> None:
        """Clear the counters. With a second factor the password alone clears nothing: else whoever
        knows it could guess codes for ever, and show the password in between."""
        self._give_back(candidate)
        if with_code or not candidate.has_factor:
            self.throttle.clear(candidate.email, candidate.network)

    def _note_use(self, principal: Principal, now: datetime) -> None:
        note = sessions.note_use if principal.via == "session" else tokens.note_use
        try:
            with self.database.writing() as tx:
                note(tx, str(principal.credential), now)
        except Unavailable:
            # Reading must go on while the store is locked; the next request records the use.
            log.warning("The use of a %s could not be noted.", principal.via)


def _set_password(tx: WriteTx, account: Account, hashed: HashedPassword, now: datetime) -> None:
    """Set the password; every access opened with the old one ends."""
    account.password_hash = hashed
    account.revision += 1
    account.updated_at = now
    tx.session.add(account)
    end_access(tx, account.id, now)


def _bad_credentials(network: str) -> Unauthenticated:
    log.warning("A login was refused from %s.", network)
    return Unauthenticated("wrong_credentials", "The e-mail or the password is wrong.")


def _used_up() -> Unauthenticated:
    return Unauthenticated("reset_invalid", "The secret is unknown, used or too old; ask again.")
