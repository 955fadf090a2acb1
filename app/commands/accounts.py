"""`willay user` and `willay token`: the operator manages accounts from a shell."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from app.accounts import passwords, tokens, users
from app.accounts.inputs import AccountInput
from app.accounts.passwords import HashedPassword, Hasher, NewPassword
from app.accounts.principal import OPERATOR
from app.accounts.scopes import Role, parse_scopes
from app.accounts.tokens import TokenInput
from app.errors import Invalid
from app.kit.clock import rfc3339
from app.runtime import open_runtime
from app.settings import Settings

user = typer.Typer(no_args_is_help=True, help="Accounts of editors and administrators.")
token = typer.Typer(no_args_is_help=True, help="Tokens for programs.")

Email = Annotated[str, typer.Option(help="The e-mail address of the account")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]
Checked = TypeVar("Checked")


@user.command("create")
def create_user(
    email: Email,
    role: Annotated[Role, typer.Option(help="What the account may do")],
    name: Annotated[str | None, typer.Option(help="The name of the person")] = None,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Make an account. Without `--password-stdin` it makes a password and prints it, once."""
    account = _parse_options(lambda: AccountInput(email=email, role=role, name=name))
    password = _password(account.email, password_stdin)
    with open_runtime(Settings()) as runtime:
        hashed = Hasher().hash(password)
        with runtime.database.writing() as tx:
            new_account = users.create(tx, OPERATOR, account, runtime.clock(), hashed)
    shown_password = None if password_stdin else password
    _print_result(
        f"Made the account {new_account.email} ({new_account.role}).",
        asdict(new_account),
        as_json,
        password=shown_password,
    )


@user.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List every account."""
    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        accounts = users.list_accounts(tx, OPERATOR)
    if as_json:
        typer.echo(_json([asdict(account) for account in accounts]))
        return
    for account in accounts:
        state = "suspended" if account.suspended_at else "active"
        factor = "totp" if account.has_totp else "-"
        typer.echo(f"{account.email}\t{account.role}\t{state}\t{factor}\t{account.name}")


@user.command("suspend")
def suspend_user(
    email: Email,
    undo: Annotated[bool, typer.Option("--undo", help="Let the account log in again")] = False,
    as_json: AsJson = False,
) -> None:
    """Lock an account at once. Its sessions and personal tokens end."""
    command = users.unsuspend if undo else users.suspend
    with open_runtime(Settings()) as runtime, runtime.database.writing() as tx:
        account = command(tx, OPERATOR, users.id_of(tx, email), runtime.clock())
    outcome = "may log in again" if undo else "is suspended"
    _print_result(f"{account.email} {outcome}.", asdict(account), as_json)


@user.command("reset")
def reset_user(
    email: Email,
    password_stdin: FromStdin = False,
    drop_totp: Annotated[
        bool, typer.Option(help="Also remove a second factor that was lost")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give an account a new password. Its sessions, personal tokens and preview links end.

    Without `--password-stdin` it makes a password and prints it, once.
    """
    with open_runtime(Settings()) as runtime:
        with runtime.database.reading() as tx:
            account = users.get_account(tx, OPERATOR, users.id_of(tx, email))
        password = _password(account.email, password_stdin)
        hashed: HashedPassword = Hasher().hash(password)
        with runtime.database.writing() as tx:
            now = runtime.clock()
            users.reset(tx, OPERATOR, account.id, now, password=hashed, drop_totp=drop_totp)
    shown_password = None if password_stdin else password
    _print_result(
        f"{account.email} has another password.", asdict(account), as_json, password=shown_password
    )


@token.command("create")
def create_token(
    email: Email,
    scope: Annotated[
        list[str],
        typer.Option(
            help="What the token may do. You can repeat it; `*` is everything that the role may"
        ),
    ],
    name: Annotated[str, typer.Option(help="What the token is for")] = "command line",
    expires: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=3650,
            metavar="DAYS",
            help="The token ends after so many days; never without it",
        ),
    ] = None,
    machine: Annotated[
        bool,
        typer.Option(
            "--machine", help="The token stays valid when the account gets a new password"
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, once. Standard output holds the token alone."""
    scopes = " ".join(scope).split()
    _parse_options(lambda: parse_scopes(scopes))
    with open_runtime(Settings()) as runtime, runtime.database.writing() as tx:
        now = runtime.clock()
        ends = now + timedelta(days=expires) if expires is not None else None
        kind: tokens.Kind = "machine" if machine else "personal"
        body = _parse_options(
            lambda: TokenInput(name=name, scopes=scopes, kind=kind, expires_at=ends)
        )
        issued = tokens.create(tx, OPERATOR, users.id_of(tx, email), body, now)
    message = f"Made the token {issued.info.id}: {' '.join(issued.info.scopes)}."
    _print_result(message, asdict(issued.info), as_json, token=issued.token)


@token.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List every token, without its secret."""
    with open_runtime(Settings()) as runtime, runtime.database.reading() as tx:
        listed_tokens = tokens.of_account(tx, OPERATOR)
    if as_json:
        typer.echo(_json([asdict(info) for info in listed_tokens]))
        return
    for info in listed_tokens:
        state = "revoked" if info.revoked_at else "good"
        ends = rfc3339(info.expires_at) if info.expires_at else "-"
        typer.echo(f"{info.id}\t{info.kind}\t{state}\t{ends}\t{info.name}\t{' '.join(info.scopes)}")


@token.command("revoke")
def revoke_token(
    token_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id of the token, 8 hexadecimal digits")
    ],
    as_json: AsJson = False,
) -> None:
    """End a token at once, together with the tokens that it made."""
    with open_runtime(Settings()) as runtime, runtime.database.writing() as tx:
        tokens.revoke(tx, OPERATOR, token_id, runtime.clock())
    _print_result(f"The token {token_id} is revoked.", {"id": token_id, "revoked": True}, as_json)


def _print_result(
    message: str, result: dict[str, Any], as_json: bool, **secret: str | None
) -> None:
    """Print the message to stderr, and to stdout the JSON, or else only the new secret, if any."""
    secrets_shown = {name: text for name, text in secret.items() if text is not None}
    if as_json:
        typer.echo(_json(result | secrets_shown))
        return
    typer.echo(message, err=True)
    for text in secrets_shown.values():
        typer.echo(text)


def _json(result: object) -> str:
    return json.dumps(result, ensure_ascii=False, default=_to_text)


def _to_text(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)


def _password(email: str, from_stdin: bool) -> NewPassword:
    if not from_stdin:
        return passwords.generate_password()
    try:
        text = sys.stdin.read(10_000)
    except UnicodeDecodeError as error:
        raise typer.BadParameter("the password on standard input is not UTF-8") from error
    return passwords.validate_password(text.removesuffix("\n").removesuffix("\r"), email)


def _parse_options(make: Callable[[], Checked]) -> Checked:
    """The parsed options; wrong ones end the command with a usage message and exit code 2."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(f"{first['loc'][0]}: {message}") from error
    except Invalid as error:
        raise typer.BadParameter(error.message) from error
