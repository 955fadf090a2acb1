"""What machines may do: nothing is said until somebody says it, and then in the forms they read."""

from xml.etree import ElementTree

import pytest

from tests.conftest import Bench
from tests.site.publisher import Publisher

RSL = "{https://rslstandard.org/rsl}"


@pytest.fixture
def publisher(quiet: Bench) -> Publisher:
    return Publisher(quiet)


def test_nothing_is_said_until_somebody_says_it(publisher: Publisher) -> None:
    client = publisher.bench.client
    for _ in range(2):
        for path, code in (
            ("/license.xml", "no_machine_licence"),
            ("/.well-known/tdmrep.json", "no_tdm_reservation"),
        ):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, code)
        assert "License:" not in client.get("/robots.txt").text
        publisher.save(names={"en": "Something else"}, machines=None)


def test_the_licence_is_rsl(publisher: Publisher) -> None:
    client = publisher.bench.client
    client.get("/robots.txt")
    publisher.save(
        names={"en": "Land & <Water>"},
        contact={"email": "rights@x.example"},
        machines={
            "permits": ["search", "ai-index"],
            "prohibits": ["ai-train"],
            "payment": "attribution",
            "standard": "https://creativecommons.org/licenses/by/4.0/",
            "terms": "https://x.example/terms?a=1&b=2",
        },
    )
    answer = client.get("/license.xml?utm_source=x")
    assert answer.headers["content-type"] == "application/rsl+xml"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{RSL}rsl"
    [content] = root
    assert content.attrib == {"url": "/"}
    assert [child.tag for child in content] == [
        *(f"{RSL}license", f"{RSL}copyright", f"{RSL}terms"),
    ]
    licence, holder, terms = content
    assert [(one.tag, one.attrib, (one.text or "").strip()) for one in licence] == [
        (f"{RSL}permits", {"type": "usage"}, "search ai-index"),
        (f"{RSL}prohibits", {"type": "usage"}, "ai-train"),
        (f"{RSL}payment", {"type": "attribution"}, ""),
    ]
    standard = licence[2].findtext(f"{RSL}standard")
    assert standard == "https://creativecommons.org/licenses/by/4.0/"
    assert holder.attrib == {"type": "organization", "contactEmail": "rights@x.example"}
    assert (holder.text, terms.text) == ("Land & <Water>", "https://x.example/terms?a=1&b=2")
    first, *_ = client.get("/robots.txt").text.splitlines()
    assert first == "License: http://127.0.0.1:8000/license.xml"
    assert client.get("/.well-known/tdmrep.json").status_code == 404


def test_the_reservation_is_tdmrep(publisher: Publisher) -> None:
    client = publisher.bench.client
    policy = "https://x.example/tdm"
    publisher.save(machines={"tdm_reserved": True, "tdm_policy": policy})
    answer = client.get("/.well-known/tdmrep.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == [{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}]
    assert client.get("/license.xml").status_code == 404
    assert "License:" not in client.get("/robots.txt").text
    publisher.save(machines={"tdm_reserved": False})
    again = client.get(
        "/.well-known/tdmrep.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.json()) == (200, [{"location": "/", "tdm-reservation": 0}])
    assert again.headers["surrogate-key"].split() == ["lists", "all"]
