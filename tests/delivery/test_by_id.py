"""An article by its id: it leads to the slug, and tells nobody what is not public."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.editorial import publishing
from tests import builders
from tests.admin.desk import problem
from tests.builders import EDITOR
from tests.conftest import Bench


@pytest.mark.parametrize("ending", ["", ".jsonld"])
def test_an_id_leads_to_the_slug(quiet: Bench, ending: str) -> None:
    for kind in ("article", "page"):
        key = builders.published(quiet.runtime, title="T", slug=f"the-{kind}", kind=kind)
        answer = quiet.client.get(f"/v1/articles/{key}{ending}?lang=en", follow_redirects=False)
        assert problem(answer) == (301, "moved")
        assert answer.headers["location"] == f"the-{kind}{ending}?lang=en"
        assert answer.headers["cache-control"] == "no-store"
        assert quiet.client.get(f"/v1/articles/{key}{ending}").status_code == 200
    loud = quiet.client.get(f"/v1/articles/{str(key).upper()}", follow_redirects=False)
    assert loud.headers["location"] == str(key)


def test_an_id_of_what_is_gone_says_why(quiet: Bench) -> None:
    key = builders.published(quiet.runtime, title="Wrong", slug="wrong")
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, key, "Forged.")
    by_id, by_slug = (quiet.client.get(f"/v1/articles/{name}") for name in (key, "wrong"))
    assert problem(by_id) == (410, "gone")
    assert by_id.json() == by_slug.json()
    assert by_id.json()["reason"] == "retracted"


def test_an_id_tells_nothing_of_drafts(quiet: Bench) -> None:
    draft, _ = builders.draft(quiet.runtime, title="Draft")
    later = builders.publish(
        quiet.runtime,
        builders.draft(quiet.runtime, title="Later"),
        at=quiet.clock() + timedelta(hours=1),
    )
    tag = builders.tag(quiet.runtime, "water")
    names = (uuid4(), draft, later, tag, UUID(int=0), "no-such-slug", f"{draft}0", str(draft)[1:])
    answers = [quiet.client.get(f"/v1/articles/{name}") for name in names]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    quiet.clock.move(hours=2)
    assert quiet.client.get(f"/v1/articles/{later}").status_code == 200


def test_a_slug_in_the_form_of_an_id_is_a_slug(quiet: Bench) -> None:
    other = builders.published(quiet.runtime, title="Other", slug="other")
    builders.published(quiet.runtime, title="Odd", slug=str(other))
    assert quiet.client.get(f"/v1/articles/{other}").json()["data"]["title"] == "Odd"


def test_a_list_by_ids_has_pages_too(quiet: Bench, subtests: pytest.Subtests) -> None:
    builders.tag(quiet.runtime, "water")
    keys = [
        builders.published(quiet.runtime, title="T", slug=f"s{n}", kind=kind, tags=tags)
        for n, (kind, tags) in enumerate(
            [("article", ("water",)), ("page", ("water",)), ("article", ()), ("page", ())]
        )
    ]
    builders.published(quiet.runtime, title="Not asked for")
    ids = ",".join(str(key) for key in [*keys, uuid4(), builders.draft(quiet.runtime)[0]])
    for query, expected in (
        ("", {"s0", "s1", "s2", "s3"}),
        ("&kind=article", {"s0", "s2"}),
        ("&kind=page", {"s1", "s3"}),
        ("&tag=water", {"s0", "s1"}),
        ("&tag=-water&lang=en", {"s2", "s3"}),
        ("&tag=water&rights=syndicatable", {"s0", "s1"}),
        ("&tag=water&author=ana", set()),
        ("&order=updated&updated_since=2000-01-01", {"s0", "s1", "s2", "s3"}),
    ):
        with subtests.test(query=query):
            url: str | None = f"/v1/articles?ids={ids}&count=true&limit=1{query}"
            slugs: list[str] = []
            while url is not None:
                body = quiet.client.get(url).json()
                assert body["meta"]["total"] == len(expected)
                slugs += [item["slug"] for item in body["data"]]
                url = body["links"]["next"]
            assert sorted(slugs) == sorted(expected)
    plain = quiet.client.get("/v1/articles").json()["data"]
    assert {item["slug"] for item in plain} == {"s0", "s2", "not-asked-for"}
