"""What articles at the desk say of a tag that was merged or removed after they were saved."""

from tests import builders
from tests.admin.newsdesk import ARTICLES, Newsdesk
from tests.conftest import Bench


def end(desk: Newsdesk, slug: str, replacement: str | None = None) -> None:
    """Remove a tag, or merge it into its replacement."""
    listed = desk.bench.client.get("/v1/admin/tags", headers=desk.headers).json()["data"]
    [tag] = [one for one in listed if one["slug"] == slug]
    query = f"?replacement={replacement}" if replacement else ""
    where = f"/v1/admin/tags/{tag['id']}"
    answer = desk.bench.client.delete(where + query, headers=desk.matching(where, tag["revision"]))
    assert answer.status_code == 204, answer.text


def test_an_old_text_comes_back_with_the_tags_of_today(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    for slug in ("mining", "extraction", "gossip", "land"):
        builders.tag(quiet.runtime, slug)
    where = desk.create(tags=["mining", "gossip", "land", "extraction"])
    assert desk.patch(where, 1, tags=["land"]).status_code == 200
    end(desk, "mining", "extraction")
    end(desk, "gossip")
    old = desk.data(f"{where}/revisions/1")
    assert desk.act(where, "revisions/1/restore", 2).status_code == 200
    assert desk.data(where)["tags"] == ["extraction", "land"]
    assert old["content"]["tags"] == ["extraction", "land"]
    changes = desk.data(f"{where}/diff?from=2&to=3")
    assert [one["field"] for one in changes["fields"]] == ["tags"]
    assert desk.act(where, "publish", 3).status_code == 200
    [item] = desk.bench.client.get("/v1/articles?tag=mining").json()["data"]
    assert [tag["slug"] for tag in item["tags"]] == ["extraction", "land"]
    preview = desk.bench.client.post(f"{where}/previews", json={}, headers=desk.headers)
    assert preview.status_code == 201


def test_an_old_slug_means_the_tag_of_today(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    for slug in ("mining", "extraction"):
        builders.tag(quiet.runtime, slug)
    where = desk.create(tags=["extraction"])
    end(desk, "mining", "extraction")
    for slug in ("mining", "extraction"):
        listed = desk.bench.client.get(f"{ARTICLES}?tag={slug}", headers=desk.headers).json()[
            "data"
        ]
        assert [f"{ARTICLES}/{one['id']}" for one in listed] == [where]
    key = where.rsplit("/", 1)[-1]
    taken = {"id": key, "revision": 1, "op": "remove_tag", "tag": "mining"}
    sent = {"mode": "all_or_nothing", "operations": [taken]}
    answer = desk.bench.client.post(f"{ARTICLES}/bulk", json=sent, headers=desk.headers)
    assert answer.status_code == 200, answer.text
    assert desk.data(where)["tags"] == []
    assert desk.patch(where, 2, tags=["mining"]).status_code == 200
    assert desk.data(where)["tags"] == ["extraction"]
