"""Who saves the site's record in tests, and what readers then get."""

from typing import Any

from tests.admin.desk import Headers, bearer
from tests.conftest import Bench


class Publisher:
    """A publisher at work on the site of a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.headers: Headers = bearer(bench.runtime, "publisher")

    def read(self) -> dict[str, Any]:
        answer = self.bench.client.get("/v1/admin/site", headers=self.headers)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        assert answer.headers["etag"] == f'"{data["revision"]}"'
        return data

    def try_save(self, revision: int | None = None, **fields: Any) -> Any:
        revision = self.read()["revision"] if revision is None else revision
        headers = {**self.headers, "If-Match": f'"{revision}"'}
        return self.bench.client.patch("/v1/admin/site", json=fields, headers=headers)

    def save(self, **fields: Any) -> dict[str, Any]:
        answer = self.try_save(**fields)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def site(self, query: str = "") -> dict[str, Any]:
        """What readers get."""
        answer = self.bench.client.get(f"/v1/site{query}")
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def menu(self, query: str = "") -> list[Any]:
        """The labels of the menu, each with those below it."""
        return [
            (item["label"], [child["label"] for child in item["children"]])
            for item in self.site(query)["navigation"]
        ]

    def home(self, query: str = "") -> dict[str, Any]:
        answer = self.bench.client.get(f"/v1/home{query}")
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data
