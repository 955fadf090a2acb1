"""One request as its client sent it, and the way back."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from app.http.caching.responses import Address


@dataclass(slots=True)
class PassingRequest:
    """A request, with its headers by name and the instant at which it came (`perf_counter`)."""

    scope: Scope
    receive: Receive
    send: Send
    headers: dict[bytes, bytes]
    began: float
    address: Address | None = None
    """The address to store a response under; None if it may not be stored."""

    def scope_for_all(self) -> Scope:
        """The request for the whole response, which others may want too. Whoever gives it judges
        this client's conditions, and leaves the body out for HEAD."""
        headers = [header for header in self.scope["headers"] if not header[0].startswith(b"if-")]
        return {**self.scope, "method": "GET", "headers": headers}
