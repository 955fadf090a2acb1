"""Runs a program that works at the desk in a browser, and gives what it saw.

`WILLAY_SCREENSHOTS` names a folder for pictures of the screens.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import node
from tests.accounts.people import PASSWORD

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "app" / "desk" / "built" / "manifest.json"


def program(name: str) -> list[str]:
    """The command that runs a program of this folder; no test where something for it is absent."""
    command = [node.node(), str(Path(__file__).with_name(name)), str(node.modules())]
    command.append(node.chromium())
    if not BUILT.exists() or not (ROOT / "desk" / "node_modules").exists():
        pytest.skip("the desk is not built (make desk): its browser tests were NOT run")
    return command


def drive(command: list[str], address: str, cases: dict[str, Any], *words: str) -> dict[str, Any]:
    """What the program saw at the desk of a server."""
    pictures = os.environ.get("WILLAY_SCREENSHOTS", "")
    driven = subprocess.run(
        [*command, address, pictures, str(ROOT / "desk"), PASSWORD, *words],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert driven.returncode == 0, driven.stderr[-3_000:]
    seen: dict[str, Any] = json.loads(driven.stdout)
    return seen
