"""A client that holds every answer against the contract: no test can see an undocumented one."""

import json
import re
from typing import Any
from xml.etree import ElementTree

from fastapi.dependencies import models as dependants
from jsonschema_rs import Draft202012Validator
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from typing_extensions import override


def _is_instant(value: object) -> bool:
    """RFC 3339 in UTC, as the house promises: with a `Z`, not merely with an offset."""
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", value, re.ASCII)
    )


def _is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(
        re.fullmatch(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", value)
    )


def _is_given_address(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"https?://[^\s/]+\S*", value))


REFUSALS = {"400", "401", "403", "408", "413", "415", "428", "429", "503"}
"""The statuses that `default` documents, for every operation alike."""
MANAGEMENT_HEADERS = {"etag": r'"[0-9]+"', "idempotency-replayed": "true"}
SHARED_CACHE_HEADERS = {
    "surrogate-key": r"[^ ]+( [^ ]+)*",
    "willay-sequence": r"[0-9]+;epoch=[0-9a-f]+",
}
"""Both are named by the contract in words."""
TELLING = {401: "www-authenticate", 429: "retry-after", 503: "retry-after"}
PROBLEM = "application/problem+json"
FORMATS = {"date-time": _is_instant, "uri": _is_address, "iri": _is_given_address}


class Contract:
    """The served contract, ready to judge answers."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = {**schema, "paths": resolved(schema["paths"], schema)}
        self.schema["components"] = with_closed_objects(schema["components"])
        schema = self.schema
        self._validators: dict[tuple[str, bool], Draft202012Validator] = {}
        self.paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), methods)
            for path, methods in schema["paths"].items()
        ]
        # What is documented literally comes before what is a pattern, as in the router.
        self.paths.sort(key=lambda pair: ("[" in pair[0].pattern, -len(pair[0].pattern)))

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """What is documented for a method and path; HEAD stands for GET without its body."""
        for pattern, methods in self.paths:
            if pattern.fullmatch(path):
                found: dict[str, Any] | None = methods.get(
                    {"HEAD": "get"}.get(method, method.lower())
                )
                return found
        return None

    def errors(self, value: Any, schema: dict[str, Any], *, parts: bool) -> list[str]:
        """What is wrong with a value; with `parts`, items of which members are left out."""
        said = json.dumps(schema)
        validator = self._validators.get((said, parts))
        if validator is None:
            components = self.schema["components"]["schemas"]
            bundle = {**schema, "components": {"schemas": components}}
            if parts:
                bundle["components"] = {"schemas": with_parts(components, schema)}
            validator = Draft202012Validator(bundle, formats=FORMATS, validate_formats=True)
            self._validators[said, parts] = validator
        return [
            f"{'.'.join(map(str, ['$', *error.instance_path]))}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]


def with_closed_objects(components: dict[str, Any]) -> dict[str, Any]:
    """The components, where no object has a member without a name: a reader ignores such members,
    but the service that has this contract sends none."""
    schemas = {
        name: {**schema, "additionalProperties": False} if "properties" in schema else schema
        for name, schema in components["schemas"].items()
    }
    return {**components, "schemas": schemas}


def refusals(operation: dict[str, Any], method: str, path: str) -> set[str]:
    """The statuses that `default` documents for an operation."""
    if not path.startswith("/v1/admin"):
        return REFUSALS
    parameters = operation.get("parameters", ())
    further = {
        "404": any(it["in"] == "path" for it in parameters),
        "412": any(it["name"] == "If-Match" for it in parameters),
        "422": method not in ("GET", "HEAD"),
    }
    return REFUSALS | {status for status, may_be in further.items() if may_be}


def is_page(response: Any) -> bool:
    """Whether an answer is a page for people, at an address that has pages."""
    path, media = response.request.url.path, response.headers["content-type"]
    return path.startswith(("/subscribe", "/newsletters/")) and media.startswith("text/html")


def headers_of(answers: dict[str, Any], status: str) -> dict[str, Any]:
    """The headers of an answer, with those that what may be unchanged later has from its 304."""
    own: dict[str, Any] = answers.get(status, {}).get("headers", {})
    if "304" not in answers or status not in ("200", "206"):
        return own
    return {**answers["304"]["headers"], **own}


def with_parts(components: dict[str, Any], envelope: dict[str, Any]) -> dict[str, Any]:
    """The schemas, where the items in an envelope's `data` have no member that is required."""
    data = components[_name(envelope)]["properties"]["data"]
    name = _name(data["items"] if data.get("type") == "array" else data)
    whole = components[name]
    part = {key: value for key, value in whole.items() if key != "required"}
    return {**components, name: {**part, "minProperties": 1}}


def _name(reference: dict[str, Any]) -> str:
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def resolved(part: Any, schema: dict[str, Any]) -> Any:
    """A part of the contract with its shared responses, headers and parameters in their places."""
    if isinstance(part, list):
        return [resolved(inner, schema) for inner in part]
    if not isinstance(part, dict):
        return part
    target = part.get("$ref")
    if isinstance(target, str):
        kind, name = target.split("/")[-2:]
        return part if kind == "schemas" else resolved(schema["components"][kind][name], schema)
    return {name: resolved(inner, schema) for name, inner in part.items()}


class ContractClient(TestClient):
    """Judges every answer, redirects too."""

    def __init__(self, app: ASGIApp, contract: Contract, **options: Any) -> None:
        super().__init__(app, **options)
        self.contract = contract
        self._takes_faults = not options.get("raise_server_exceptions", True)
        self.event_hooks = {"response": [self._judge]}

    @override
    def __exit__(self, *args: Any) -> None:
        """End the application, and let go of it: the framework remembers every function that it
        ever looked at, and those of an application hold it whole."""
        super().__exit__(*args)
        for remembered in vars(dependants).values():
            if hasattr(remembered, "cache_clear"):
                remembered.cache_clear()

    def _judge(self, response: Any) -> None:
        request = response.request
        response.read()
        where = f"{request.method} {request.url} → {response.status_code}"
        headers = response.headers
        assert response.status_code != 500 or self._takes_faults, f"{where}: see the log"
        assert headers["x-content-type-options"] == "nosniff", where
        path = request.url.path
        if path.startswith("/v1/admin"):
            is_kept = "no-store" not in headers.get("cache-control", "")
            assert request.method == "OPTIONS" or not is_kept, where
        elif not path.startswith("/desk"):
            assert headers["access-control-allow-origin"] == "*", where
        if request.method == "OPTIONS":
            assert (response.status_code, response.content) == (204, b""), where
            return
        operation = self.contract.operation(request.method, path)
        if operation is None or response.status_code == 500:
            if response.status_code >= 400:
                self._judge_refusal(response, where)
            return
        status, answers = str(response.status_code), operation["responses"]
        documented = answers.get(status)
        if documented is None and status in refusals(operation, request.method, path):
            documented = answers.get("default")
        assert documented is not None, f"{where}: undocumented status\n{response.text[:500]}"
        if (telling := TELLING.get(response.status_code)) is not None:
            said = telling in headers or headers["content-type"] != PROBLEM
            assert said, f"{where}: no {telling}"
        for name, header in headers_of(answers, status).items():
            assert name in headers or not header["required"], f"{where}: no {name}"
            if name in headers:
                assert re.search(header["schema"]["pattern"], headers[name]), (
                    f"{where}: {name}: {headers[name]}"
                )
        self._judge_further_headers(response, answers, where)
        if response.status_code in (204, 304):
            assert response.content == b"", where
            assert response.status_code == 204 or "content-type" not in headers, where
        else:
            self._judge_content(response, documented["content"], where)

    def _judge_refusal(self, response: Any, where: str) -> None:
        """A refusal that no operation documents: a problem, or what its address has in its
        place."""
        headers = response.headers
        if response.request.url.path.startswith("/v1/search/instant/"):
            refusal = {"$ref": "#/components/schemas/InstantRefusal"}
            self._judge_body(response, headers["content-type"], refusal, where)
        elif is_page(response):
            assert headers["cache-control"] == "no-store", where
            assert "default-src 'none'" in headers["content-security-policy"], where
        else:
            self._judge_problem(response, where)

    def _judge_further_headers(self, response: Any, answers: dict[str, Any], where: str) -> None:
        """Those that the contract names in words: of the management where they are, of what shared
        caches keep, and of what no cache keeps."""
        headers, named = response.headers, {}
        life = answers.get("304", {}).get("headers", {}).get("Cache-Control")
        if life is None and response.request.url.path.startswith("/v1/admin"):
            named = {name: it for name, it in MANAGEMENT_HEADERS.items() if name in headers}
        elif life and response.status_code in (200, 206) and "public" in life["schema"]["pattern"]:
            named = SHARED_CACHE_HEADERS
        for name, pattern in named.items():
            said = headers.get(name, "")
            assert re.fullmatch(pattern, said), f"{where}: {name}: {said}"
        if response.status_code >= 300 and response.status_code != 304:
            assert headers.get("cache-control") == "no-store", where

    def _judge_content(self, response: Any, content: dict[str, Any], where: str) -> None:
        media = response.headers["content-type"]
        if media.startswith("text/event-stream"):
            return  # which OpenAPI cannot describe beside JSON; tests/changes/test_streams.py
        assert media in content, f"{where}: {media}"
        if response.request.method == "HEAD":
            assert response.content == b"", where
            return
        if response.status_code >= 300 and media == PROBLEM:
            self._judge_problem(response, where)
            return
        schema = content[media]["schema"]
        if schema.get("format") != "binary":
            self._judge_body(response, media, schema, where)

    def _judge_body(self, response: Any, media: str, schema: dict[str, Any], where: str) -> None:
        """What is no JSON is documented as text, and must be what its type says."""
        if media.endswith("xml"):
            ElementTree.fromstring(response.content)
        value = response.json() if media.endswith("json") else response.content.decode()
        parts = "fields" in response.request.url.params
        wrong = self.contract.errors(value, schema, parts=parts)
        assert not wrong, f"{where}\n" + "\n".join(wrong)

    def _judge_problem(self, response: Any, where: str) -> None:
        assert response.headers["content-type"] == PROBLEM, where
        assert response.headers["cache-control"] == "no-store", where
        if response.request.method == "HEAD":
            assert response.content == b"", where
            return
        problem = json.loads(response.content)
        wrong = self.contract.errors(problem, {"$ref": "#/components/schemas/Problem"}, parts=False)
        assert not wrong, f"{where}\n" + "\n".join(wrong)
        assert problem["status"] == response.status_code, where
        assert problem["type"] == f"urn:willay:problem:{problem['code']}", where
