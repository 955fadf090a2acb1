"""OAI-PMH as a harvester speaks it: six verbs, deletes that stay, tokens that stay, its errors."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest

from app.editorial import articles, publishing
from app.editorial.content import prepare
from tests import builders
from tests.builders import EDITOR
from tests.conftest import Bench, bench_in
from tests.feeds.articles import ODD, rich
from tests.feeds.reading import tree

NAMES = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "d": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def ask(bench: Bench, verb: str, **arguments: str) -> Any:
    named = {"since": "from"}
    query = {"verb": verb, **{named.get(name, name): value for name, value in arguments.items()}}
    answer = bench.client.get(f"/v1/oai?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    root = tree(answer.content)
    assert root.tag == "{http://www.openarchives.org/OAI/2.0/}OAI-PMH"
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["responseDate", "request"]
    return root


def texts(element: Any, path: str) -> list[str]:
    return [
        str(one) if isinstance(one, str) else (one.text or "")
        for one in element.xpath(path, namespaces=NAMES)
    ]


def error(root: Any) -> str:
    (code,) = texts(root, "o:error/@code")
    return code


def harvested(bench: Bench, **arguments: str) -> dict[str, str]:
    """Identifier and status of each record, portion by portion."""
    found: dict[str, str] = {}
    root = ask(bench, "ListIdentifiers", metadataPrefix="oai_dc", **arguments)
    for _ in range(100):
        for header in root.xpath("//o:header", namespaces=NAMES):
            found[texts(header, "o:identifier")[0]] = header.get("status") or "there"
        token = texts(root, "//o:resumptionToken")
        if not token or not token[0]:
            return found
        root = ask(bench, "ListIdentifiers", resumptionToken=token[0])
    raise AssertionError("the harvest does not end")


def test_identify_formats_and_sets(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "water", names={"en": ODD})
    builders.tag(quiet.runtime, "cusco", type="place")
    root = ask(quiet, "Identify")
    assert texts(root, "o:request/@verb") == ["Identify"]
    assert texts(root, "o:Identify/*") == [
        "Peru Support Group",
        f"{quiet.runtime.settings.public_url}/v1/oai",
        "2.0",
        "webmaster@127.0.0.1",
        "2026-03-01T12:00:00Z",
        "persistent",
        "YYYY-MM-DDThh:mm:ssZ",
    ]
    assert texts(ask(quiet, "ListMetadataFormats"), "//o:metadataPrefix") == ["oai_dc"]
    sets = ask(quiet, "ListSets")
    assert texts(sets, "//o:setSpec") == ["place", "place:cusco", "topic", "topic:water"]
    assert texts(sets, "//o:setName") == ["Place", "Cusco", "Topic", ODD]


def test_a_record_in_dublin_core(quiet: Bench) -> None:
    key, _ = rich(quiet)
    base = quiet.runtime.settings.public_url
    identifier = f"oai:127.0.0.1:{key}"
    root = ask(quiet, "GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    assert texts(root, "//o:header/*") == [identifier, "2026-03-01T12:00:00Z", "topic:water"]
    dublin = root.xpath("//d:dc/*", namespaces=NAMES)
    assert [(element.tag.rpartition("}")[2], element.text) for element in dublin] == [
        ("title", ODD),
        ("creator", "Ana Pérez"),
        ("creator", "B & C"),
        ("subject", "Water & land"),
        ("description", ODD),
        ("publisher", "Peru Support Group"),
        ("date", "2019-05-01T10:00:00Z"),
        ("type", "Text"),
        ("format", "text/html"),
        ("identifier", f"{base}/v1/articles/one"),
        ("identifier", f"urn:uuid:{key}"),
        ("source", "https://voz.example/a?b=1&c=ñ"),
        ("language", "en"),
        ("relation", f"{base}/v1/articles/uno"),
        ("rights", "Credit & Co. https://licence.example/by"),
    ]
    formats = ask(quiet, "ListMetadataFormats", identifier=identifier)
    assert texts(formats, "//o:metadataPrefix") == ["oai_dc"]


def test_a_harvest_is_whole_and_deletes_stay(quiet: Bench) -> None:
    builders.tag(quiet.runtime, "water")
    builders.tag(quiet.runtime, "river", parent="water")
    keys = []
    for number in range(110):
        if number % 10 == 0:
            quiet.clock.move(seconds=1)
        tags = {0: (), 1: ("water",), 2: ("river",)}[number % 3]
        keys.append(builders.published(quiet.runtime, title=f"n{number}", tags=tags))
    builders.published(quiet.runtime, title="A page", kind="page")
    builders.draft(quiet.runtime, title="Never")
    names = [f"oai:127.0.0.1:{key}" for key in keys]
    assert harvested(quiet) == dict.fromkeys(names, "there")
    under = [name for number, name in enumerate(names) if number % 3]
    assert list(harvested(quiet, set="topic:water")) == under
    assert list(harvested(quiet, set="topic")) == under
    assert set(harvested(quiet, set="topic:river")) == set(names[2::3])
    since = quiet.clock()
    quiet.clock.move(minutes=1)
    with quiet.runtime.publishing() as tx:
        publishing.retract(tx, EDITOR, keys[7], "Forged.")
        publishing.publish(tx, EDITOR, keys[8], 1, quiet.runtime.site_rules)
    later = f"{since + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    assert harvested(quiet, since=later) == {names[7]: "deleted", names[8]: "there"}
    assert harvested(quiet)[names[7]] == "deleted"
    assert names[7] in harvested(quiet, set="topic:water")
    root = ask(quiet, "GetRecord", metadataPrefix="oai_dc", identifier=names[7])
    assert texts(root, "//o:header/@status") == ["deleted"]
    assert root.xpath("//o:metadata", namespaces=NAMES) == []
    day = f"{quiet.clock():%Y-%m-%d}"
    assert len(harvested(quiet, since=day, until=day)) == 110
    first = f"{quiet.clock() - timedelta(days=400):%Y-%m-%d}"
    nothing = ask(quiet, "ListRecords", metadataPrefix="oai_dc", until=first)
    assert error(nothing) == "noRecordsMatch"


def test_a_token_stays_good_and_misses_nothing_that_changes(quiet: Bench) -> None:
    runtime = quiet.runtime
    keys = []
    for number in range(110):
        quiet.clock.move(seconds=1)
        keys.append(builders.published(runtime, title=f"n{number}"))
    first = ask(quiet, "ListRecords", metadataPrefix="oai_dc")
    (token,) = texts(first, "//o:resumptionToken")
    assert len(texts(first, "//o:record")) == 100
    quiet.clock.move(days=30)
    with runtime.publishing() as tx:
        publishing.unpublish(tx, EDITOR, keys[5])  # seen already
        publishing.unpublish(tx, EDITOR, keys[104])  # not seen yet
        content = articles.read(tx, keys[107]).content.model_copy(update={"title": "New"})
        saved = articles.edit(
            tx, EDITOR, keys[107], 1, prepare(content, runtime.site_rules), tx.moment
        )
        publishing.publish(tx, EDITOR, keys[107], saved.revision, runtime.site_rules)
    for _ in range(2):  # the same token again says the same
        rest = ask(quiet, "ListRecords", resumptionToken=token)
        found = [UUID(name.rpartition(":")[2]) for name in texts(rest, "//o:identifier")]
        changed = {keys[5], keys[104], keys[107]}
        assert found[:8] == [key for key in keys[100:] if key not in changed]
        assert set(found[8:]) == changed
        assert texts(rest, "//o:resumptionToken") == [""]


KNOWN = {"metadataPrefix": "oai_dc"}
WRONG: list[tuple[dict[str, str], str]] = [
    ({}, "badVerb"),
    ({"verb": ""}, "badVerb"),
    ({"verb": "listrecords"}, "badVerb"),
    ({"verb": "Identify", "x": "1"}, "badArgument"),
    ({"verb": "Identify", "identifier": "x"}, "badArgument"),
    ({"verb": "ListRecords"}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": ""}, "badArgument"),
    ({"verb": "ListRecords", "metadataPrefix": "marc"}, "cannotDisseminateFormat"),
    ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
    ({"verb": "GetRecord", "identifier": "x"}, "badArgument"),
    *(
        ({"verb": "GetRecord", **KNOWN, "identifier": name}, "idDoesNotExist")
        for name in (
            "x",
            "oai:127.0.0.1:x",
            "oai:127.0.0.1:01900000-0000-7000-8000-000000000000",
            "oai:127.0.0.1:01900000000070008000000000000000",
            "oai:elsewhere:01900000-0000-7000-8000-000000000000",
        )
    ),
    ({"verb": "ListMetadataFormats", "identifier": "x"}, "idDoesNotExist"),
    ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "x", **KNOWN}, "badArgument"),
    *(
        ({"verb": "ListRecords", "resumptionToken": token}, "badResumptionToken")
        for token in ("", "x", "e30", "W10", "bnVsbA", "é", "=" * 9, "eyJhZnRlciI6IjEvMiJ9")
    ),
    *(
        ({"verb": "ListRecords", **KNOWN, name: date}, "badArgument")
        for name in ("from", "until")
        for date in ("", "2012", "2012-13-01", "2012-02-30", "yesterday", "2012-01-01T00:00:00")
    ),
    ({"verb": "ListRecords", **KNOWN, "from": "2013-01-01", "until": "2012-01-01"}, "badArgument"),
    (
        {"verb": "ListRecords", **KNOWN, "from": "2012-01-01", "until": "2013-01-01T00:00:00Z"},
        "badArgument",
    ),
    ({"verb": "ListRecords", **KNOWN, "set": "none"}, "noRecordsMatch"),
    ({"verb": "ListRecords", **KNOWN, "set": "topic:none"}, "noRecordsMatch"),
    ({"verb": "ListRecords", **KNOWN, "set": ""}, "noRecordsMatch"),
    (
        {"verb": "ListRecords", **KNOWN, "from": "9998-12-31", "until": "9998-12-31"},
        "noRecordsMatch",
    ),
    ({"verb": "ListRecords", **KNOWN}, "noRecordsMatch"),
]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A service without articles, for tests that change nothing."""
    with bench_in(tmp_path_factory.mktemp("bare"), serve_worker=False) as bench:
        yield bench


@pytest.mark.parametrize(("query", "code"), WRONG, ids=range(len(WRONG)))
def test_the_protocol_refuses_in_its_own_words(
    bare: Bench, query: dict[str, str], code: str
) -> None:
    answer = bare.client.get(f"/v1/oai?{urlencode(query, quote_via=quote)}")
    assert answer.status_code == 200
    root = tree(answer.content)
    assert error(root) == code
    # Of a request that is none, no argument is repeated.
    assert bool(root.find("o:request", NAMES).attrib) == (code not in ("badVerb", "badArgument"))


def test_the_end_of_time_is_a_date_too(quiet: Bench) -> None:
    key = builders.published(quiet.runtime, published_at=datetime(2001, 1, 1, tzinfo=UTC))
    for until in ("9998-12-31", "2026-03-01"):
        found = harvested(quiet, since="2026-03-01", until=until)
        assert found == {f"oai:127.0.0.1:{key}": "there"}


def test_the_arguments_may_come_in_a_form(quiet: Bench, subtests: pytest.Subtests) -> None:
    key, _ = rich(quiet)
    query = {"verb": "GetRecord", **KNOWN, "identifier": f"oai:127.0.0.1:{key}"}
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    by_query = quiet.client.get(f"/v1/oai?{urlencode(query)}")
    by_form = quiet.client.post("/v1/oai", content=urlencode(query), headers=form)
    assert by_form.content == by_query.content
    twice = quiet.client.post("/v1/oai", content="verb=Identify&verb=Identify", headers=form)
    assert error(tree(twice.content)) == "badArgument"
    assert error(tree(quiet.client.post("/v1/oai", content="", headers=form).content)) == "badVerb"
    for content, headers, status, code in (
        (b"verb=Identify", {"content-type": "application/json"}, 415, "unsupported_media_type"),
        (b"x" * 10_001, form, 413, "body_too_large"),
    ):
        answer = quiet.client.post("/v1/oai", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    # What is a form and no good is refused as the protocol refuses.
    for content, code in (
        (b"verb=%ff", "badVerb"),
        (b"verb=\xff", "badVerb"),
        (b"verb=%00", "badArgument"),
        (b"verb=Identify&verb=%00", "badArgument"),
    ):
        with subtests.test(content=content, code=code):
            answer = quiet.client.post("/v1/oai", content=content, headers=form)
            assert (answer.status_code, error(tree(answer.content))) == (200, code)
