"""Pages that stay as they are while the process runs: compressed once, answered conditionally."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

from app.http.caching.encodings import GZIP, SMALLEST, gzipped, preferred_encoding
from app.http.views import etag_matches, tag_of


@dataclass(frozen=True, slots=True)
class StaticPage:
    """A page, plain and in gzip where that saves something. Its tag is weak, so both have the
    same."""

    body: bytes
    zipped: bytes | None
    headers: Mapping[str, str]
    media_type: str
    status: int

    @classmethod
    def of(
        cls, body: bytes, media_type: str, headers: Mapping[str, str], status: int = 200
    ) -> "StaticPage":
        """A page of these bytes."""
        zipped = gzipped(body) if len(body) >= SMALLEST else None
        own = {**headers, "Vary": "Accept-Encoding", "ETag": tag_of(body)}
        return cls(body, zipped, own, media_type, status)

    def answer(self, headers: Headers) -> Response:
        """The answer to a request with these headers; 304 where the client has the page."""
        if etag_matches(headers.get("if-none-match"), self.headers["ETag"]):
            return Response(None, 304, self.headers)
        accepted = headers.get("accept-encoding", "").encode("latin-1")
        if self.zipped is not None and preferred_encoding(accepted) == GZIP:
            encoded = {**self.headers, "Content-Encoding": GZIP}
            return Response(self.zipped, self.status, encoded, self.media_type)
        return Response(self.body, self.status, self.headers, self.media_type)
