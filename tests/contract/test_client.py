"""The client that judges every answer does bite."""

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from app.http.middleware import Gate
from tests import builders
from tests.conftest import Bench
from tests.contract.client import PROBLEM, Contract, ContractClient

LISTED = {"$ref": "#/components/schemas/ArticleList"}


@pytest.fixture
def contract(bench: Bench) -> Contract:
    return bench.client.contract


def answers(status: int, body: Any, media: str = "application/json", **headers: str) -> Response:
    return JSONResponse(body, status, headers, media)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (answers(418, {}), "undocumented status"),
        (answers(200, {"status": "ok"}), "no Cache-Control"),
        (answers(200, {"status": "ok"}, **{"Cache-Control": "public"}), "Cache-Control: public"),
        (answers(200, {"status": "no"}, **{"Cache-Control": "no-store"}), '"ok" was expected'),
        (answers(200, {}, **{"Cache-Control": "no-store"}), '"status" is a required property'),
        (
            answers(200, {"status": "ok", "body": 1}, **{"Cache-Control": "no-store"}),
            "Additional properties are not allowed",
        ),
        (
            answers(200, {"status": "ok"}, "text/plain", **{"Cache-Control": "no-store"}),
            "text/plain",
        ),
        (answers(502, {}, **{"Cache-Control": "no-store"}), "undocumented status"),
        (answers(503, {}, PROBLEM, **{"Cache-Control": "no-store"}), "no retry-after"),
        (answers(400, {}, **{"Cache-Control": "no-store"}), "application/json"),
    ],
)
def test_an_answer_that_breaks_the_contract_fails(
    contract: Contract, answer: Response, complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        ContractClient(Gate(answer, (), ()), contract).get("/livez")


PUBLIC = {"ETag": 'W/"0"', "Cache-Control": "public, max-age=1"}


@pytest.mark.parametrize(
    ("path", "answer", "complaint"),
    [
        ("/v1", answers(200, {}, **{**PUBLIC, "ETag": "0"}), "ETag: 0"),
        ("/v1", answers(200, {}, **PUBLIC), "surrogate-key"),
        ("/v1/admin/tags", answers(200, {}, ETag="0", **{"Cache-Control": "no-store"}), "etag: 0"),
        *(
            (f"/v1/admin/{path}", answers(status, {}, **{"Cache-Control": "no-store"}), "undocu")
            for path, status in (("tags", 404), ("tags/0", 412), ("tags/0", 422), ("tags", 409))
        ),
    ],
)
def test_what_the_contract_says_in_words_is_held_too(
    contract: Contract, path: str, answer: Response, complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        ContractClient(Gate(answer, (), ()), contract).get(path)


def test_an_answer_that_keeps_it_passes(contract: Contract) -> None:
    answer = answers(200, {"status": "ok"}, **{"Cache-Control": "no-store"})
    assert ContractClient(Gate(answer, (), ()), contract).get("/livez").status_code == 200


def test_a_part_of_an_item_passes_only_where_fields_were_asked_for(bench: Bench) -> None:
    builders.published(bench.runtime)
    page = bench.client.get("/v1/articles?fields=title").json()
    assert bench.client.contract.errors(page, LISTED, parts=True) == []
    assert bench.client.contract.errors(page, LISTED, parts=False) != []
    page["data"][0]["draft"] = "?"
    assert bench.client.contract.errors(page, LISTED, parts=True) != []
