"""What editors said of an author goes with the name."""

from app import audit, author_counts
from app.audit import AuditFilter
from app.editorial import people
from app.erasure.person import ErasureRequest, forget
from app.kit.text import slug_of
from app.models import every_table
from app.newsletters.addresses import AddressBook
from tests import builders
from tests.admin.desk import bearer
from tests.builders import EDITOR
from tests.conftest import Bench
from tests.erasure.life import NAME, holding

SLUG = slug_of(NAME)


def test_nothing_is_left_of_an_author(quiet: Bench) -> None:
    runtime, client = quiet.runtime, quiet.client
    headers = bearer(runtime, "publisher") | {"Idempotency-Key": "one"}
    face, other = builders.medium(runtime), builders.medium(runtime, builders.picture("PNG"))
    said = {
        "name": NAME,
        "biography": {"en": "Kanari writes."},
        "portrait": str(face),
        "links": [{"label": "Kanari", "url": "https://kanari.example/"}],
        "always_public": True,
    }
    assert client.post("/v1/admin/authors", json=said, headers=headers).status_code == 201
    shared = {"name": "Another", "portrait": str(other), "always_public": True}
    headers["Idempotency-Key"] = "two"
    assert client.post("/v1/admin/authors", json=shared, headers=headers).status_code == 201
    builders.published(runtime, title="One", authors=({"name": NAME}, {"name": "Rosa"}))
    builders.draft(runtime, title="Two", authors=({"name": NAME},))
    assert {"author", "author_count", "idempotency_key"} <= holding(runtime)
    assert client.get(f"/v1/authors/{SLUG}").status_code == 200
    with runtime.publishing() as tx:
        report = forget(tx, ErasureRequest(NAME, [NAME]), AddressBook(runtime.key()))
    assert holding(runtime) == set()
    assert (report.erased["authors"], report.erased["portraits"]) == (1, 1)
    assert report.public
    assert client.get(f"/v1/authors/{SLUG}").status_code == 404
    assert [one["slug"] for one in client.get("/v1/authors").json()["data"]] == ["another", "rosa"]
    with runtime.database.reading() as tx:
        assert author_counts.differences(tx) == 0
        media = every_table().tables["media"].c
        assert [row.id for row in tx.execute(media.id.table.select())] == [other]
        entries = audit.list_events(tx, AuditFilter(subject_kind="author")).entries
        assert len(entries) == 2
    assert client.get(f"/v1/media/{face}/320.jpg").status_code == 404


def test_a_portrait_that_something_else_shows_stays(quiet: Bench) -> None:
    runtime = quiet.runtime
    face = builders.medium(runtime)
    headers = bearer(runtime, "publisher")
    said = {"name": NAME, "portrait": str(face)}
    assert quiet.client.post("/v1/admin/authors", json=said, headers=headers).status_code == 201
    with runtime.publishing() as tx:
        people.MEMBERS.add(tx, EDITOR, people.MemberInput(name="Rosa", portrait=face))
    with runtime.publishing() as tx:
        report = forget(tx, ErasureRequest(NAME, [NAME]), AddressBook(runtime.key()))
    assert (report.erased["authors"], report.erased.get("portraits")) == (1, None)
    assert quiet.client.get("/v1/committee").json()["data"][0]["portrait"] is not None


def test_without_being_asked_an_author_stays_and_is_told_of(quiet: Bench) -> None:
    runtime = quiet.runtime
    headers = bearer(runtime, "publisher")
    said = {"name": NAME, "biography": {"en": f"{NAME} writes."}}
    assert quiet.client.post("/v1/admin/authors", json=said, headers=headers).status_code == 201
    link = {"label": NAME, "url": "https://k.example/"}
    with runtime.publishing() as tx:
        member = people.MemberInput(name="Rosa", role={"en": f"For {NAME}"}, links=(link,))
        people.MEMBERS.add(tx, EDITOR, member)
    with runtime.publishing() as tx:
        report = forget(tx, ErasureRequest(NAME), AddressBook(runtime.key()))
    assert report.left == {"authors": 1, "committee members": 1}


def test_a_credit_that_went_is_no_longer_shown(quiet: Bench) -> None:
    runtime = quiet.runtime
    face = builders.medium(runtime, credit=f"Photo: {NAME}")
    with runtime.publishing() as tx:
        people.MEMBERS.add(tx, EDITOR, people.MemberInput(name="Rosa", portrait=face))
    before = quiet.client.get("/v1/committee")
    assert NAME in before.text
    with runtime.publishing() as tx:
        forget(tx, ErasureRequest(NAME, [], credits=True), AddressBook(runtime.key()))
    after = quiet.client.get("/v1/committee")
    assert NAME not in after.text
    assert after.headers["ETag"] != before.headers["ETag"]
