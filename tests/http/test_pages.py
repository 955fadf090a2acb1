"""The contract and the pages that show it: cached, conditional, in nobody's frame."""

import json
import re

import pytest

from app.main import create_app
from tests.conftest import Bench


def test_they_are_made_once_and_asked_for_conditionally(
    quiet: Bench, subtests: pytest.Subtests
) -> None:
    for path in ("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"):
        first = quiet.client.get(path)
        assert first.status_code == 200
        assert first.headers["cache-control"] == "public, max-age=300"
        tag = first.headers["etag"]
        for condition in (tag, f'"x", {tag}', "*"):
            with subtests.test(path=path, condition=condition):
                again = quiet.client.get(path, headers={"If-None-Match": condition})
                assert (again.status_code, again.content) == (304, b"")
                assert (again.headers["etag"], "content-type" in again.headers) == (tag, False)
        assert quiet.client.get(path, headers={"If-None-Match": '"x"'}).content == first.content
        head = quiet.client.head(path)
        assert (head.content, head.headers["etag"]) == (b"", tag)
        assert quiet.client.get(f"{path}?utm_source=x").headers["etag"] == tag
        assert quiet.client.post(path).status_code == 405
    served = json.loads(quiet.client.get("/openapi.json").content)
    assert served == create_app(quiet.runtime).openapi()


def test_pages_run_what_is_theirs_in_no_frame(quiet: Bench, subtests: pytest.Subtests) -> None:
    for path in ("/docs", "/docs/oauth2-redirect", "/redoc"):
        with subtests.test(path=path):
            page = quiet.client.get(path)
            policy = page.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert page.headers["x-frame-options"] == "DENY"
            scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
            assert "unsafe" not in scripts
            inline = re.findall(r"<script(?![^>]*src)[^>]*>(.+?)</script>", page.text, re.DOTALL)
            assert scripts.count("'sha256-") == len(inline)
            # Not one address of another host, and no handler that the policy would stop.
            assert not re.search(r"""(src|href)=["']https?://""", page.text)
            assert not re.search(r"""\son[a-z]+=["']""", page.text)
    for asset in re.findall(r'src="(/static[^"]+)"', quiet.client.get("/docs").text):
        loaded = quiet.client.get(asset)
        assert loaded.status_code == 200
        assert loaded.headers["cache-control"] == "public, max-age=300"
