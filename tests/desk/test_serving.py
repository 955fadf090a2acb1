"""How the desk is served, and what it is made of."""

import gzip
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.desk import routes
from app.main import create_app
from tests import node
from tests.conftest import store
from tests.stores import settings_of

ROOT = Path(__file__).parents[2]
DESK = ROOT / "desk"
LARGEST = 250_000
"""The limit in bytes of all that the browser loads, compressed."""
TYPE_CHECK = (
    (
        "node_modules/openapi-typescript/bin/cli.js",
        *("../openapi.json", "--default-non-nullable", "false", "-o", "src/api/schema.d.ts"),
    ),
    ("node_modules/typescript/bin/tsc",),
)
NO_MODULES = "desk/node_modules is not here (make desk): the desk's types were NOT checked"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the built desk, which is not built yet."""
    monkeypatch.setattr(routes, "_BUILT", tmp_path / "built")
    return tmp_path / "built"


def test_the_desk_appears_once_it_is_built(built: Path, tmp_path: Path) -> None:
    with store(None, tmp_path / "data") as (runtime, _), TestClient(create_app(runtime)) as client:
        assert client.get("/desk", follow_redirects=False).headers["location"] == "./desk/"
        early = client.get("/desk/articles")
        assert early.status_code == 503
        assert "make desk" in early.text
        built.mkdir()
        (built / "desk-AB12.js").write_text("start()")
        (built / "desk-CD34.css").write_text("p {}")
        manifest = {"js": "desk-AB12.js", "css": "desk-CD34.css"}
        (built / "manifest.json").write_text(json.dumps(manifest))
        page = client.get("/desk/articles/anything?q=1")
        assert page.status_code == 200
        assert "/desk/assets/desk-AB12.js" in page.text
        assert page.headers["cache-control"] == "no-cache"
        asset = client.get("/desk/assets/desk-AB12.js")
        assert (asset.text, asset.headers["content-type"]) == (
            "start()",
            "text/javascript; charset=utf-8",
        )
        assert "immutable" in asset.headers["cache-control"]
        for name in ("manifest.json", "routes.py", "desk-OLD.js"):
            assert client.get(f"/desk/assets/{name}").status_code == 404
        assert "import" not in client.get("/desk/assets/..%2Froutes.py").text


def test_only_the_front_end_may_be_framed(built: Path, tmp_path: Path) -> None:
    more = {"site_url": "https://site.example", "preview_url": "{site}/preview/{token}"}
    for options, frames in ((more, "https://site.example"), ({}, "'none'")):
        with (
            store(None, tmp_path / frames[-5:], **options) as (runtime, _),
            TestClient(create_app(runtime)) as client,
        ):
            headers = client.get("/desk/").headers
            policy = headers["content-security-policy"]
            assert f"frame-src {frames};" in policy
            assert "unsafe" not in policy
            assert "access-control-allow-origin" not in headers


def test_a_setting_turns_it_off(tmp_path: Path) -> None:
    with (
        store(None, tmp_path, desk=False) as (runtime, _),
        TestClient(create_app(runtime)) as client,
    ):
        assert client.get("/desk/").status_code == 404
        assert client.get("/desk/sign-in").status_code == 404


def test_letters_lead_to_the_desk(tmp_path: Path) -> None:
    address = {"api_url": "https://api.example.org"}
    assert settings_of(tmp_path, **address).desk_address == "https://api.example.org/desk"
    assert settings_of(tmp_path, **address, desk=False).desk_address is None
    assert settings_of(tmp_path).desk_address is None
    own = settings_of(tmp_path, **address, desk_url="https://desk.example.org")
    assert own.desk_address == "https://desk.example.org"


def test_the_packages_are_pinned_and_come_from_no_named_host() -> None:
    lock = json.loads((DESK / "package-lock.json").read_text())
    packages = {name: said for name, said in lock["packages"].items() if name}
    assert all(said["integrity"].startswith("sha512-") for said in packages.values())
    assert "http" not in "".join(said.get("resolved", "") for said in packages.values())
    wanted = json.loads((DESK / "package.json").read_text())
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions.values())


def test_the_built_desk_is_small() -> None:
    if not routes._BUILT.exists():
        pytest.skip("the desk is not built (make desk): its size was NOT measured")
    files = [path for path in routes._BUILT.iterdir() if path.suffix in (".js", ".css")]
    assert 0 < sum(len(gzip.compress(path.read_bytes())) for path in files) < LARGEST


def test_its_types_agree_with_the_contract() -> None:
    """The types of what the API takes and answers are made anew from the contract."""
    if not (DESK / "node_modules").exists():
        pytest.skip(NO_MODULES)
    for words in TYPE_CHECK:
        node.run(DESK, *words)
