"""Of a person who is erased nothing is left: in no table, in no file, in no answer."""

import json

import pytest
import sqlalchemy as sa

from app.accounts import users
from app.accounts.principal import OPERATOR
from app.changes import head
from app.erasure import belongings, traces
from app.erasure.person import ErasureReport, ErasureRequest, forget
from app.errors import Conflict, Invalid, NotFound
from app.models import every_table
from app.newsletters.addresses import AddressBook
from app.published import changes
from app.runtime import Runtime
from tests import builders
from tests.conftest import Bench, MovingClock
from tests.erasure.life import EMAIL, NAME, article, holding, life, person

Either = tuple[Runtime, MovingClock]


def erased(
    runtime: Runtime, *bylines: str, person: str = EMAIL, credits: bool = False
) -> ErasureReport:
    with runtime.publishing() as tx:
        return forget(tx, ErasureRequest(person, bylines, credits), AddressBook(runtime.key()))


def test_nothing_of_a_person_is_left_in_any_table(either: Either) -> None:
    runtime, clock = either
    account = life(runtime)
    assert holding(runtime) == {
        *("account", "article", "audit_entry", "author_count", "partner"),
        *("publication", "publication_author", "revision", "draft_index"),
        *("article_note", "letter", "import_job"),
    }
    clock.move(hours=1)
    report = erased(runtime, NAME, credits=True)
    assert holding(runtime) == set()
    assert report.left == {}
    assert report.erased == {
        "account, deleted": 1,
        "login sessions": 2,
        "second factors": 11,
        "partner.contact_email": 1,
        "letters": 1,
        "article.changed_by": 3,
        "revision.saved_by": 3,
        "audit entries": 4,
        "reports of imports": 1,
        "article_note.written_by": 1,
        "notes": 2,
        "publications": 2,
        "public articles": 2,
        "saved texts": 3,
    }
    with runtime.database.reading() as tx:
        assert str(account) in repr(tx.execute(sa.text("SELECT subject_id FROM audit_entry")).all())
        left = tx.execute(sa.text("SELECT email FROM account ORDER BY email")).scalars()
        assert list(left) == ["admin@example.org", "b@example.org"]


def test_readers_are_told_of_a_byline_that_went(quiet: Bench) -> None:
    runtime = quiet.runtime
    life(runtime)
    before = {item["slug"]: item for item in quiet.client.get("/v1/articles").json()["data"]}
    with runtime.database.reading() as tx:
        sequence = head(tx).sequence
    quiet.clock.move(hours=1)
    since = quiet.clock.now
    assert erased(runtime, NAME).erased["public articles"] == 1
    after = {item["slug"]: item for item in quiet.client.get("/v1/articles").json()["data"]}
    assert after["live"]["authors"] == [{"name": "Rosa", "slug": "rosa"}]
    assert after["live"]["updated_at"] > before["live"]["updated_at"]
    assert {**after["live"], "authors": 0, "updated_at": 0} == {
        **before["live"],
        "authors": 0,
        "updated_at": 0,
    }
    assert {slug: after[slug] for slug in ("shown", "of-others")} == {
        slug: before[slug] for slug in ("shown", "of-others")
    }
    stamp = since.isoformat().replace("+00:00", "Z")
    changed = quiet.client.get(f"/v1/articles?updated_since={stamp}").json()["data"]
    assert [item["slug"] for item in changed] == ["live"]
    assert quiet.client.get("/v1/articles?author=kanari-o-quispe").json()["data"] == []
    with runtime.database.reading() as tx:
        entries, _ = changes.entries_after(tx, sequence)
    assert [(str(entry.id), entry.type) for entry in entries] == [(after["live"]["id"], "upsert")]


def test_without_being_asked_texts_keep_their_names(quiet: Bench) -> None:
    life(quiet.runtime)
    before = quiet.client.get("/v1/articles").json()
    report = erased(quiet.runtime)
    assert quiet.client.get("/v1/articles").json() == before
    assert not report.public
    assert report.left == {"publications": 2, "saved texts": 3}


def test_another_person_of_the_same_name_is_left_alone(quiet: Bench) -> None:
    runtime = quiet.runtime
    person(runtime, "admin@example.org", "Somebody Else", "admin")
    person(runtime, "first@example.org")
    person(runtime, "second@example.org")
    with pytest.raises(Conflict, match=r"give one of first@example\.org, second@example\.org"):
        erased(runtime, person=NAME)
    erased(runtime, person="first@example.org")
    with runtime.database.reading() as tx:
        names = tx.execute(sa.text("SELECT name FROM account ORDER BY email")).scalars()
        assert list(names) == ["Somebody Else", NAME]


def test_words_are_struck_out_whole(quiet: Bench) -> None:
    runtime = quiet.runtime
    person(runtime, "admin@example.org", "Somebody Else", "admin")
    person(runtime, "ana@example.org", "Ana")
    person(runtime, "mariana@example.org", "Mariana")
    erased(runtime, person="ana@example.org")
    with runtime.database.reading() as tx:
        kept = tx.execute(sa.select(every_table().tables["audit_entry"].c.after)).scalars()
        told = json.dumps(list(kept))
    assert "mariana@example.org" in told
    assert '"Mariana"' in told
    assert '"ana@' not in told
    assert '"Ana"' not in told


def test_an_account_that_others_refer_to_keeps_its_id_alone(either: Either) -> None:
    runtime, _ = either
    person(runtime, "admin@example.org", "Somebody Else", "admin")
    account = person(runtime)
    with runtime.database.altering() as connection:
        kind = "CHAR(32)" if runtime.database.is_sqlite else "UUID"
        connection.execute(sa.text(f"CREATE TABLE gift (of {kind} REFERENCES account (id))"))
        value = account.hex if runtime.database.is_sqlite else account
        connection.execute(sa.text("INSERT INTO gift VALUES (:of)"), {"of": value})
    try:
        assert "account, only its id is left" in erased(runtime).erased
        with runtime.database.reading() as tx:
            kept = users.get_account(tx, OPERATOR, account)
        assert (kept.name, kept.role, kept.has_password) == ("[erased]", "writer", False)
        assert kept.suspended_at is not None
        assert holding(runtime) == set()
    finally:
        with runtime.database.altering() as connection:
            connection.execute(sa.text("DROP TABLE gift"))


def test_what_cannot_be_erased_is_refused(quiet: Bench, subtests: pytest.Subtests) -> None:
    runtime = quiet.runtime
    person(runtime, role="admin")
    before = holding(runtime)
    with pytest.raises(Conflict, match="last active admin"):
        erased(runtime)
    with pytest.raises(NotFound, match=r"Nothing here is of 'nobody@example\.org'"):
        erased(runtime, person="nobody@example.org")
    for wrong in ("", "  ", "ab"):
        with (
            subtests.test(wrong=wrong),
            pytest.raises(Invalid, match="at least 3 characters"),
        ):
            erased(runtime, person=wrong)
    with pytest.raises(Invalid, match="must be an e-mail address"):
        erased(runtime, person="kanari@")
    assert holding(runtime) == before


def test_what_a_name_may_hold_is_no_pattern(quiet: Bench, subtests: pytest.Subtests) -> None:
    runtime = quiet.runtime
    person(runtime, "admin@example.org", "Somebody Else", "admin")
    names = ("100% _.*", 'Q"uote\\', "(?P<x>")
    for number, name in enumerate(names):
        person(runtime, f"p{number}@example.org", name)
        builders.publish(
            runtime, article(runtime, name, authors=({"name": name, "slug": f"s{number}"},))
        )
    for name in names:
        with subtests.test(name=name):
            report = erased(runtime, name, person=name)
            assert report.erased["public articles"] == 1
            assert report.left == {}
    told = json.dumps(quiet.client.get("/v1/articles").json())
    assert "Somebody" not in told
    assert told.count('"authors": []') == len(names)


def test_every_table_that_refers_to_accounts_is_looked_at() -> None:
    """A new one is declared here, or in `belongings.OWN`."""
    own = {table.__tablename__ for tables in belongings.OWN.values() for table in tables}
    refers = {
        table.name
        for table in every_table().sorted_tables
        if any(key.column.table.name == "account" for key in table.foreign_keys)
    }
    assert refers == own
    doers = {f"{c.table.name}.{c.name}" for c, _ in traces._actor_columns(None, ["x"])}
    assert {"publication.published_by", "revision.saved_by"} <= doers
