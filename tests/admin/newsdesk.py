"""Articles over HTTP as an editor's tool handles them: read, take the ETag, act."""

from dataclasses import dataclass
from typing import Any

from app.accounts.scopes import Role
from tests.admin.desk import Headers, bearer
from tests.conftest import Bench

ARTICLES = "/v1/admin/articles"
DRAFT: dict[str, Any] = {"lang": "en", "title": "A title", "body": "A body."}


@dataclass
class Newsdesk:
    """One editor at one store."""

    bench: Bench
    headers: Headers

    @classmethod
    def of(cls, bench: Bench, role: Role = "admin", email: str | None = None) -> "Newsdesk":
        """An editor of this role."""
        return cls(bench, bearer(bench.runtime, role, email=email))

    def create(self, **over: Any) -> str:
        """A new draft: its address."""
        answer = self.bench.client.post(ARTICLES, headers=self.headers, json={**DRAFT, **over})
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    def get(self, address: str) -> Any:
        """What is read at an address."""
        return self.bench.client.get(address, headers=self.headers)

    def data(self, address: str) -> dict[str, Any]:
        """The article at an address."""
        found: dict[str, Any] = self.get(address).json()["data"]
        return found

    def matching(self, address: str, revision: int | None = None) -> Headers:
        """The headers of a change to what is there now, or was at a revision."""
        tag = f'"{revision}"' if revision is not None else self.get(address).headers["etag"]
        return {**self.headers, "If-Match": tag}

    def patch(self, address: str, revision: int | None = None, query: str = "", **over: Any) -> Any:
        """Change some fields."""
        headers = self.matching(address, revision)
        return self.bench.client.patch(f"{address}{query}", headers=headers, json=over)

    def act(self, address: str, act: str, revision: int | None = None, **sent: Any) -> Any:
        """Act on it; with nothing sent there is no body at all."""
        headers = self.matching(address, revision)
        where = f"{address}/{act}"
        if sent:
            return self.bench.client.post(where, headers=headers, json=sent)
        return self.bench.client.post(where, headers=headers)
