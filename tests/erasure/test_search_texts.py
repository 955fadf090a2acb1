"""A person in the texts for search engines is found, and goes from the credit of their picture."""

import json
from typing import Any

from app.erasure.person import ErasureRequest, forget
from app.newsletters.addresses import AddressBook
from tests import builders
from tests.conftest import Bench

NAME = "Ana Quispe"


def seo(bench: Bench) -> Any:
    return bench.client.get("/v1/articles/one").json()["data"]["seo"]


def test_a_credit_for_search_engines_is_erased_and_a_text_is_counted(quiet: Bench) -> None:
    medium = builders.medium(quiet.runtime, alt={"en": "Halves"})
    texts = {"image": {"media_id": str(medium), "credit": f"Photo: {NAME}"}}
    record = {
        **{"type": "article", "lang": "en", "title": "One", "body": "x"},
        **{"seo": {**texts, "title": f"What {NAME} saw"}},
    }
    file = quiet.runtime.settings.data_dir / "one.jsonl"
    file.write_text(json.dumps(record))
    assert builders.imported(quiet.runtime, file).refused == []
    assert seo(quiet)["image"]["credit"] == f"Photo: {NAME}"
    with quiet.runtime.publishing() as tx:
        report = forget(tx, ErasureRequest(NAME, credits=True), AddressBook(quiet.runtime.key()))
    assert report.erased["public articles"] == 1
    assert report.left["publications"] == 1, "the title is for people to decide"
    assert seo(quiet)["image"]["credit"] is None
    assert seo(quiet)["image"]["alt"] == "Halves"
    assert seo(quiet)["title"] == f"What {NAME} saw"
