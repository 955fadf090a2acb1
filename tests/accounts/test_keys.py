"""The installation's key, the roles, and where a request comes from."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from app.accounts.keys import FILE_NAME, SecretKey, secret_key
from app.accounts.principal import Origin
from app.accounts.scopes import ALL, SCOPES_OF, parse_scopes
from app.errors import Invalid, Unavailable
from tests.accounts.people import mode


def test_one_key_is_made_and_kept_whoever_comes_first(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: secret_key(folder, None), range(16)))
    assert len({key.mark for key in made}) == 1
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
    assert mode(folder / FILE_NAME) == 0o600
    text = (folder / FILE_NAME).read_text().strip()
    assert text not in repr(made[0])
    assert secret_key(folder, text).mark == made[0].mark
    assert secret_key(folder, "x" * 32).mark != made[0].mark


def test_a_key_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("short\n")
    with pytest.raises(Unavailable, match="backup"):
        secret_key(tmp_path, None)


def test_what_is_derived_depends_on_every_part() -> None:
    key = SecretKey(b"k" * 32)
    asked = [("a", "b", "c"), ("a", "bc"), ("ab", "c"), ("a", "b", "c", ""), ("c", "b", "a")]
    assert len({key.derive(*parts) for parts in asked}) == len(asked)
    assert key.derive("a", "b") == SecretKey(b"k" * 32).derive("a", "b")
    assert key.derive("a", "b") != SecretKey(b"l" * 32).derive("a", "b")


def test_each_role_has_more_than_the_one_before() -> None:
    roles = [SCOPES_OF[role] for role in ("writer", "editor", "publisher", "admin")]
    assert all(less < more for less, more in pairwise(roles))
    assert roles[-1] == ALL
    assert "articles:publish" not in SCOPES_OF["editor"]
    assert "users:write" not in SCOPES_OF["publisher"]


def test_scopes_are_named_or_refused() -> None:
    assert parse_scopes(["*"]) == parse_scopes(["*", "*"]) == "*"
    assert parse_scopes(["tags:write", "audit:read", "tags:write"]) == {"tags:write", "audit:read"}
    with pytest.raises(Invalid) as refused:
        parse_scopes(["tags:write", "tags:wirte", "*"])
    assert [(d.code, d.pointer) for d in refused.value.details] == [
        ("unknown_scope", "/scopes/1"),
        ("unknown_scope", "/scopes/2"),
    ]
    assert "did you mean 'tags:write'?" in refused.value.message


@pytest.mark.parametrize(
    ("address", "plain", "network"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.7"),
        ("2001:DB8:0:1:2:3:4:5", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("testclient", "unknown", "unknown"),
        ("203.0.113.7, 10.0.0.1\x00", "unknown", "unknown"),
        ("", "unknown", "unknown"),
    ],
)
def test_an_address_has_one_spelling(address: str, plain: str, network: str) -> None:
    origin = Origin(address)
    assert (origin.plain_address, origin.network) == (plain, network)
