"""Accounts and tokens as an operator makes them: the secret alone on stdout, exit codes."""

import json
from pathlib import Path

import pytest

from app.accounts.authenticator import Authenticator
from app.accounts.keys import SecretKey
from app.accounts.passwords import Hasher
from app.accounts.principal import Origin
from app.accounts.scopes import ALL
from app.accounts.throttle import Throttle
from app.errors import Unauthenticated
from app.runtime import open_runtime
from tests.commands import willay
from tests.stores import ensure_store, settings_of

DESK = Origin("127.0.0.1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ensure_store(tmp_path)
    return tmp_path


def test_the_first_admin_and_a_token(folder: Path) -> None:
    made = willay(folder, "user", "create", "--email", "Ana@example.org", "--role", "admin")
    assert (made.returncode, made.stdout.count("\n")) == (0, 1)
    assert made.stderr == "Made the account ana@example.org (admin).\n"
    token = willay(folder, "token", "create", "--email", "ana@example.org", "--scope", "*")
    assert token.returncode == 0
    some = willay(
        folder,
        *("token", "create", "--email", "ana@example.org", "--name", "site", "--expires", "3"),
        *("--scope", "articles:read", "--scope", "tags:write", "--machine", "--json"),
    )
    told = json.loads(some.stdout)
    assert told["scopes"] == ["articles:read", "tags:write"]
    assert told["kind"] == "machine"
    again = willay(folder, "user", "create", "--email", "ana@example.org", "--role", "writer")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "There is an account ana@example.org already. [email_taken]\n"
    with open_runtime(settings_of(folder)) as runtime:
        key = SecretKey(b"k" * 32)
        door = Authenticator(runtime.database, runtime.clock, key, Hasher(), Throttle())
        door.login("ana@example.org", made.stdout.strip(), None, DESK)
        assert door.identify(token.stdout.strip(), DESK).scopes == ALL
        assert door.identify(told["token"], DESK).scopes == {"articles:read", "tags:write"}
        assert willay(folder, "token", "revoke", told["id"]).returncode == 0
        with pytest.raises(Unauthenticated):
            door.identify(told["token"], DESK)
        reset = willay(
            folder,
            *("user", "reset", "--email", "ana@example.org", "--password-stdin"),
            said="a sentence of mine\n",
        )
        assert (reset.returncode, reset.stdout) == (0, "")
        door.login("ana@example.org", "a sentence of mine", None, DESK)
        with pytest.raises(Unauthenticated):
            door.identify(token.stdout.strip(), DESK)
    last = willay(folder, "user", "suspend", "--email", "ana@example.org")
    assert (last.returncode, last.stdout) == (1, "")
    assert "last active admin" in last.stderr


def test_an_account_with_a_password_from_stdin(folder: Path) -> None:
    command = ("user", "create", "--email", "bob@example.org", "--role", "writer")
    made = willay(
        folder, *command, "--name", "Bób", "--password-stdin", "--json", said="a sentence of mine"
    )
    told = json.loads(made.stdout)
    assert (made.returncode, told["email"], told["name"]) == (0, "bob@example.org", "Bób")
    assert "password" not in told
    assert "sentence" not in made.stdout + made.stderr
    assert willay(folder, "user", "suspend", "--email", "bob@example.org").returncode == 0
    listed = willay(folder, "user", "list")
    assert listed.stdout == "bob@example.org\twriter\tsuspended\t-\tBób\n"
    assert willay(folder, "user", "suspend", "--undo", "--email", "bob@example.org").returncode == 0
    assert json.loads(willay(folder, "user", "list", "--json").stdout)[0]["suspended_at"] is None
    assert willay(folder, "token", "list").stdout == ""


@pytest.mark.parametrize(
    ("code", "command", "said"),
    [
        (2, ("user", "create", "--email", "nonsense", "--role", "writer"), "e-mail"),
        (2, ("user", "create", "--email", "a@example.org", "--role", "king"), "king"),
        (2, ("user", "create", "--email", "a@example.org"), "--role"),
        (2, ("token", "create", "--email", "a@example.org", "--scope", "articles:red"), "mean"),
        (2, ("token", "create", "--email", "a@example.org", "--scope", ""), "scopes"),
        (1, ("token", "create", "--email", "a@example.org", "--scope", "*"), "no account"),
        (1, ("token", "revoke", "nothing"), "no such token"),
        (1, ("user", "reset", "--email", "a@example.org"), "no account"),
        (
            1,
            ("user", "create", "--email", "a@example.org", "--role", "writer", "--password-stdin"),
            "12 to 200",
        ),
    ],
)
def test_wrong_use_is_2_and_refusals_are_1(
    folder: Path, code: int, command: tuple[str, ...], said: str
) -> None:
    wrong = willay(folder, *command, said="short\n")
    assert (wrong.returncode, wrong.stdout) == (code, "")
    assert said in wrong.stderr
    assert "Traceback" not in wrong.stderr
