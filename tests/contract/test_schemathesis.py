"""Whatever the contract allows and forbids, generated: every operation, over the sample content.

Once with any text, which is mostly refused; once with values that the sample content knows, in
every combination, none of which may be refused.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.python import asgi
from schemathesis.schemas import BaseSchema
from starlette.types import Receive, Scope, Send

from app.http.log_watch import Watch
from app.main import create_app
from tests.builders import imported
from tests.conftest import store
from tests.contract.client import resolved, with_closed_objects
from tests.contract.operations import Operation, hold_to, list_operations
from tests.stores import examples

ROOT = Path(__file__).parents[2]
CHECKS = {
    # 501 is what oEmbed's specification asks for where a card is wanted as XML.
    "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]},
    # A body that breaks its schema may be refused for its size first, and a login because there
    # were too many before.
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "404", "405", "413", "415", "422", "429", "501"]
    },
}
HEX_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# The protocol of harvesters refuses by an answer, never by a status: tests/feeds/test_oai.py.
WHOLE: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text())
WHOLE["paths"] = resolved(WHOLE["paths"], WHOLE)
WHOLE["components"] = with_closed_objects(WHOLE["components"])


def _as_sent(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a query parameter as text in the address, where a list is one text by comma and
    an empty text stands for its absence. The contract types them for those who write clients."""
    if schema.get("type") == "array":
        item = schema["items"]
        choices = "|".join(item.get("enum", ())) or item.get("pattern", HEX_ID).strip("^$")
        return {"type": "string", "pattern": f"^(?:(?:{choices})(?:,(?:{choices}))*)?$"}
    if {"enum", "pattern"} & schema.keys() and "default" not in schema:
        return {"anyOf": [{"const": ""}, schema]}
    return schema


for _path in WHOLE["paths"].values():
    for _operation in _path.values():
        # An answer to `fields=` is a part, which only the suite's own client judges.
        _operation["parameters"] = [
            it for it in _operation.get("parameters", ()) if it["name"] != "fields"
        ]
        for _parameter in _operation["parameters"]:
            if _parameter["in"] == "query":
                _parameter["schema"] = _as_sent(_parameter["schema"])
OPERATIONS = [one for one in list_operations(WHOLE) if one != ("POST", "/v1/oai")]
LINES = [json.loads(line) for line in (ROOT / "sample" / "peru.jsonl").read_text().splitlines()]
ARTICLES = [line for line in LINES if line["type"] == "article"]
TAGS = [line["slug"] for line in LINES if line["type"] == "tag"]
AUTHORS = ["peru-support-group", "psg-newsletter"]
KNOWN = {
    "tag": ["", *TAGS, f"-{TAGS[0]}", f"{TAGS[1]}|{TAGS[2]},-{TAGS[3]}", f"{TAGS[0]},{TAGS[0]}"],
    "parent": ["", *TAGS],
    "author": ["", "nobody", "peru-support-group"],
    "ids": ["", "01900000-0000-7000-8000-000000000000", "FFFFFFFF-ffff-ffff-ffff-FFFFFFFFFFFF"],
    "lang": ["en", "es"],
    "fallback": ["", "en", "es", "en,es"],
    "from_date": ["", "0001-01-01", "2008-02-29", "2009-01-01T00:00:00+05:00"],
    "to_date": ["", "2012-12-31", "9999-12-31", "2010-01-01T00:00:00Z"],
    "updated_since": ["", "2000-01-01", "2009-01-01T00:00:00.123456-05:00"],
    "cursor": [""],
    "month": [""],  # takes no limit; part and version need it
    "part": [0],
    "version": [""],
    "include": ["", "related", "paths,related"],
    "q": ["mina", "water rights", '"human rights" -mining', "¿qué pasó en Bagua?", "watr"],
    "page": [1, 2, 100],
    "kinds": ["", "article", "tag,sponsor,committee_member"],
    "facets": ["", "tags", "lang,year,kind,tags"],
    "period": ["2009-06", "1999-01", "never"],
    "uid": ["willay", "nobody"],
    "verb": ["", "Identify", "ListSets", "ListRecords", "ListIdentifiers", "GetRecord", "List"],
    "metadataPrefix": ["", "oai_dc", "marc"],
    "identifier": ["", "oai:x:y"],
    "from": ["", "2009-01-01", "2009-01-01T00:00:00Z"],
    "until": ["", "9998-12-31", "2012-01-01T00:00:00Z"],
    "set": ["", "topic", f"topic:{TAGS[0]}"],
    "resumptionToken": ["", "e30"],
    "url": [f"http://127.0.0.1:8000/{line['slug']}" for line in ARTICLES[:20]],
    "path": ["/", "/news/x.html", *(f"/{line['slug']}" for line in ARTICLES[:20])],
}
SLUGS = {"articles": [line["slug"] for line in ARTICLES], "tags": TAGS, "authors": AUTHORS}


def _seeded() -> dict[str, Any]:
    """The contract with its open parameters narrowed to what the sample content knows."""
    contract = deepcopy(WHOLE)
    contract["paths"] = {
        path: {"get": methods["get"]}
        for path, methods in contract["paths"].items()
        # Partners' own pages want a key: tests/contract/test_partner_canary.py.
        if "get" in methods and not path.startswith(("/v1/admin", "/v1/partner"))
    }
    for path, methods in contract["paths"].items():
        for parameter in methods["get"].get("parameters", ()):
            if parameter["name"] == "media_id":
                parameter["schema"] = {"enum": ["01900000-0000-7000-8000-000000000000"]}
            elif parameter["name"] == "rendition":
                parameter["schema"] = {"enum": ["640.webp", "original.pdf"]}
            elif parameter["name"] == "slug":
                parameter["schema"] = {"enum": SLUGS[path.split("/")[2]]}
            elif (path, parameter["name"]) == ("/v1/search", "kind"):
                parameter["schema"] = {"enum": KNOWN["kinds"]}
            elif (path, parameter["name"]) == ("/v1/site", "include"):
                parameter["schema"] = {"enum": ["", "jsonld"]}
            elif (path, parameter["name"]) == ("/v1/articles", "order"):
                parameter["schema"]["enum"].remove("position")  # which needs kind=page
            elif parameter["name"] in KNOWN:
                parameter["schema"] = {"enum": KNOWN[parameter["name"]]}
            if parameter["name"] == "lang":  # which fallback needs
                parameter["required"] = True
    return contract


SEEDED = _seeded()
BOUNDED = settings(
    max_examples=examples(25),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def contract() -> BaseSchema:
    config = schemathesis.Config.from_dict({"checks": CHECKS})
    return schemathesis.openapi.from_dict(deepcopy(WHOLE), config=config)


@cache
def seeded_contract() -> BaseSchema:
    config = schemathesis.Config.from_dict({"checks": CHECKS, "generation": {"mode": "positive"}})
    return schemathesis.openapi.from_dict(deepcopy(SEEDED), config=config)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[asgi.ASGIClient]:
    with store(None, tmp_path_factory.mktemp("store")) as (runtime, _):
        assert imported(runtime, ROOT / "sample" / "peru.jsonl").refused == []
        app = create_app(runtime)
        state = {"runtime": runtime, "watch": Watch(runtime)}

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        with asgi.get_client(served) as client:
            yield client


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_the_contract_holds(operation: Operation, session: asgi.ASGIClient) -> None:
    hold_to(contract(), operation, _holds, session=session)


@BOUNDED
def _holds(case: schemathesis.Case, session: asgi.ASGIClient) -> None:
    case.call_and_validate(
        base_url="http://testserver",
        session=session,
        # A well-formed tag, language or field may still be unknown here, which is 400.
        excluded_checks=[schemathesis.checks.positive_data_acceptance],
    )


@pytest.mark.parametrize("operation", list_operations(SEEDED), ids=" ".join)
def test_what_is_known_is_never_refused(operation: Operation, session: asgi.ASGIClient) -> None:
    hold_to(seeded_contract(), operation, _is_accepted, session=session)


@BOUNDED
def _is_accepted(case: schemathesis.Case, session: asgi.ASGIClient) -> None:
    case.call_and_validate(
        base_url="http://testserver",
        session=session,
        # Its negative probes are the other test's: here only known values are sent.
        excluded_checks=[schemathesis.checks.negative_data_rejection],
    )
