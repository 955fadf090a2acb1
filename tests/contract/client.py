"""A client that holds every answer against the contract: no test can see an undocumented one."""

import json
import re
from functools import cached_property
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


FORMATS = {"date-time": _is_instant, "uri": _is_address, "iri": _is_given_address}


class Contract:
    """The served contract, ready to judge answers."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
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

    def _components(self, parts: bool) -> dict[str, Any]:
        return self.schema["components"]["schemas"] if parts else self._wholes

    @cached_property
    def _wholes(self) -> dict[str, Any]:
        return _whole(self.schema["components"]["schemas"])

    def errors(self, value: Any, schema: dict[str, Any], *, parts: bool) -> list[str]:
        """What is wrong with a value; without `parts`, whole items only."""
        said = json.dumps(schema)
        validator = self._validators.get((said, parts))
        if validator is None:
            bundle = {**schema, "components": {"schemas": self._components(parts)}}
            validator = Draft202012Validator(bundle, formats=FORMATS, validate_formats=True)
            self._validators[said, parts] = validator
        return [
            f"{'.'.join(map(str, ['$', *error.instance_path]))}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]


def _whole(schema: Any) -> Any:
    """The schema without the alternatives that only `fields=` makes true."""
    if isinstance(schema, list):
        return [
            _whole(item)
            for item in schema
            if not (isinstance(item, dict) and str(item.get("$ref")).endswith("Part"))
        ]
    if isinstance(schema, dict):
        return {name: _whole(value) for name, value in schema.items()}
    return schema


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
        if not path.startswith("/v1/admin"):
            assert headers["access-control-allow-origin"] == "*", where
        if request.method == "OPTIONS":
            assert (response.status_code, response.content) == (204, b""), where
            return
        operation = self.contract.operation(request.method, path)
        if operation is None:
            if response.status_code >= 400 and path.startswith("/v1/search/instant/"):
                refusal = {"$ref": "#/components/schemas/InstantRefusal"}
                self._judge_body(response, headers["content-type"], refusal, where)
            elif response.status_code >= 400:
                self._judge_problem(response, where)
            return
        documented = operation["responses"].get(str(response.status_code))
        assert documented is not None, f"{where}: undocumented status\n{response.text[:500]}"
        for name, header in documented.get("headers", {}).items():
            assert name in headers or not header["required"], f"{where}: no {name}"
            if name in headers:
                assert re.search(header["schema"]["pattern"], headers[name]), (
                    f"{where}: {name}: {headers[name]}"
                )
        if response.status_code == 304:
            assert response.content == b"", where
            assert "content-type" not in headers, where
            return
        if response.status_code == 204:
            assert response.content == b"", where
            return
        media = headers["content-type"]
        assert media in documented["content"], f"{where}: {media}"
        if request.method == "HEAD":
            assert response.content == b"", where
            return
        if response.status_code >= 300 and media == "application/problem+json":
            self._judge_problem(response, where)
            return
        schema = documented["content"][media]["schema"]
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
        assert response.headers["content-type"] == "application/problem+json", where
        assert response.headers["cache-control"] == "no-store", where
        if response.request.method == "HEAD":
            assert response.content == b"", where
            return
        problem = json.loads(response.content)
        wrong = self.contract.errors(problem, {"$ref": "#/components/schemas/Problem"}, parts=False)
        assert not wrong, f"{where}\n" + "\n".join(wrong)
        assert problem["status"] == response.status_code, where
        assert problem["type"] == f"urn:willay:problem:{problem['code']}", where
