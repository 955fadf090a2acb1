"""The contract's examples are what the service answers, and keep to its schemas."""

import json
from pathlib import Path
from typing import Any

from app.http.contract.audience import public_contract
from tests.contract.client import Contract
from tools import examples

ROOT = Path(__file__).parents[2]
WHOLE: dict[str, Any] = json.loads((ROOT / "openapi.json").read_text())
NO_EXAMPLE = {
    # What each needs is another's: a partner's key, an editor's link, an event.
    *("getOwnPartner", "getOwnUsage", "listOwnKeys", "listEmbargoed", "getEmbargoed"),
    *("followPreview", "getEvent", "getTdmReservation"),
}


def test_the_examples_are_real() -> None:
    committed = json.loads(examples.TARGET.read_text())
    assert examples.examples() == committed, "run `python -m tools.examples`"


def test_each_public_answer_has_an_example_that_keeps_to_its_schema() -> None:
    contract = Contract(WHOLE)
    without = set()
    for methods in public_contract(WHOLE)["paths"].values():
        operation = methods.get("get", {})
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        for media, described in content.items():
            if media.endswith("json") and "example" not in described:
                without.add(operation["operationId"])
            elif media.endswith("json"):
                wrong = contract.errors(described["example"], described["schema"], parts=False)
                assert not wrong, (operation["operationId"], wrong)
    assert without == NO_EXAMPLE
