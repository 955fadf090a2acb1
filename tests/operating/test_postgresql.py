"""A PostgreSQL that stops, hangs, refuses or is full: told once with its cause, and given up."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import outage, schema
from app.database import Database
from app.engines import Limits
from app.errors import Unavailable
from tests.conftest import client_of, store
from tests.operating.faults import Operator, frozen, told
from tests.postgres import running_server
from tests.stores import settings_of

pytestmark = pytest.mark.postgresql_only("breaks a server of its own")

pytestmark = pytest.mark.postgresql_only("a server that is broken on purpose")


@pytest.fixture(scope="module")
def own_server() -> Iterator[Any]:
    """A server that these tests may break."""
    with running_server() as running:
        yield running


@pytest.fixture
def database(own_server: Any) -> Iterator[Database]:
    """A migrated store on it, on which nobody waits long."""
    made = Database(own_server.get_uri(), limits=Limits(1, 1.0))
    schema.migrate(made)
    yield made
    made.close()


def read(database: Database) -> object:
    with database.reading() as tx:
        return tx.execute(sa.text("SELECT count(*) FROM change_head")).scalar_one()


def failure(database: Database) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        read(database)
    return raised.value


def test_a_server_that_stops_is_told_once_when_it_goes_and_once_when_it_is_back(
    own_server: Any,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "_STEADY_SECONDS", 0.0)
    assert read(database) == 1
    own_server.stop()
    try:
        for _ in range(4):
            gone = failure(database)
            assert gone.code == "store_unavailable"
            assert "try again" in gone.message
            assert "failed" not in gone.message
        assert ".s.PGSQL" in gone.cause
        lines = told(caplog, "willay.store")
        assert len(lines) == len(set(lines)) <= 2, "the lost connection, and why there is no new"
        assert gone.cause in lines[-1]
        assert database.reach.error is not None
    finally:
        own_server.start()
    assert [read(database) for _ in range(3)] == [1, 1, 1]
    assert database.reach.error is None
    (line,) = told(caplog, "willay.store")
    assert line.startswith("The store: well again")


def test_what_fails_and_answers_in_turn_is_not_told_each_time(
    own_server: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    url = own_server.get_uri().replace("postgres:", "lean:", 1)
    with database.altering() as connection:
        connection.execute(sa.text("CREATE ROLE lean LOGIN CONNECTION LIMIT 1"))
        connection.execute(sa.text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lean"))
    lean = Database(url, readers=2)
    for _ in range(5):
        with lean.reading() as tx:
            assert tx.execute(sa.text("SELECT 1")).scalar_one() == 1
            assert "too many connections for role" in failure(lean).cause
    lean.close()
    assert len(told(caplog, "willay.store")) == 1


def test_a_server_that_hangs_holds_nobody_for_ever(own_server: Any, database: Database) -> None:
    read(database)
    with frozen(own_server.get_pid()):
        began = time.monotonic()
        first = failure(database)
        assert first.code == "store_unavailable"
        assert time.monotonic() - began < 6, "the ping, and a new connection"
        began = time.monotonic()
        assert failure(database).cause == first.cause
        assert time.monotonic() - began < 0.5, "for a moment nobody else tries"
    time.sleep(2.1)
    assert read(database) == 1


def test_a_statement_that_takes_too_long_is_given_up(database: Database) -> None:
    with pytest.raises(Unavailable) as raised, database.reading() as tx:
        tx.execute(sa.text("SELECT pg_sleep(30)"))
    assert "did not answer within 1 s" in raised.value.cause
    time.sleep(2.1)
    with database.reading() as tx:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'"
        running = tx.execute(sa.text(f"{asked} AND state = 'active'")).scalar_one()
    assert running == 0, "the server was told to stop"
    with database.altering() as connection:
        connection.execute(sa.text("SELECT pg_sleep(1.5)"))  # migrations may take their time


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", "store_full"),
        ("XX001", "store_damaged"),
        ("XX002", "store_damaged"),
        ("53200", "store_unavailable"),
        ("57P01", "store_unavailable"),
        ("58030", "store_unavailable"),
        ("25006", "store_unavailable"),
        ("55P03", "store_busy"),
    ],
)
def test_what_the_server_says_has_a_code_and_the_cause(
    database: Database, caplog: pytest.LogCaptureFixture, state: str, code: str
) -> None:
    said = f"DO $$ BEGIN RAISE 'it is so' USING ERRCODE = '{state}', DETAIL = 'kanari'; END $$"
    for _ in range(2):
        with pytest.raises(Unavailable) as raised, database.writing() as tx:
            tx.execute(sa.text(said))
        assert (raised.value.code, raised.value.cause) == (code, "it is so")
    assert len(told(caplog, "willay.store")) == 1


def test_readers_hear_no_cause(own_server: Any, tmp_path: Path, subtests: pytest.Subtests) -> None:
    with (
        store(own_server.get_uri(), tmp_path, serve_worker=False) as (runtime, _),
        client_of(runtime) as client,
    ):
        assert client.get("/readyz").json()["store"]["trouble"] is None
        own_server.stop()
        try:
            for address in ("/v1/articles", "/readyz", "/v1/tags"):
                with subtests.test(address=address):
                    away = client.get(address)
                    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
                    assert away.json()["code"] == "store_unavailable"
                    assert "PGSQL" not in away.text
            assert client.get("/livez").status_code == 200
        finally:
            own_server.start()
        assert client.get("/v1/tags").status_code == 200


ADDRESSES = {
    "postgresql://willay:kanari@127.0.0.1:1/none": "Connection refused",
    "postgresql://willay:kanari@no-such-host.invalid/none": "no-such-host.invalid",
    "postgresql://willay:kanari@127.0.0.1:99999/none": "port",
    "postgresql://willay:kanari@127.0.0.1/none?nonsense=1": "nonsense",
    "postgresql+psycopg2://willay:kanari@127.0.0.1/none": "WILLAY_DATABASE_URL",
    "postgresql://willay:kanari@host:port/none": "WILLAY_DATABASE_URL",
    "{server}/nodb": 'database "nodb" does not exist',
    "{nobody}": 'role "nobody" does not exist',
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "doctor", "backup there"])
def test_every_command_says_why_the_store_cannot_be_reached(
    own_server: Any, willay: Operator, address: str, command: str
) -> None:
    uri: str = own_server.get_uri()
    url = address.replace("{nobody}", uri.replace("postgres:", "nobody:", 1))
    url = url.replace("{server}/nodb", uri.replace("/postgres?", "/nodb?"))
    done = willay(*command.split(), database_url=url)
    assert done.code == 1
    assert ADDRESSES[address] in done.err + done.out
    assert "Traceback" not in done.err + done.out
    assert "kanari" not in done.err + done.out


def test_settings_name_the_patience(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert (settings.database_connect_seconds, settings.database_seconds) == (5, 30)
