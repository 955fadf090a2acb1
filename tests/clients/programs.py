"""How tests run the programs of npm and the client's own."""

import json
from pathlib import Path
from typing import Any

from tests import node

CLIENT = node.ROOT / "clients" / "js"
PACKED = ("package.json", "tsconfig.json", "willay.js", "schema.d.ts")


def install_client(folder: Path) -> None:
    """The client, under the name that it is published by."""
    place = folder / "node_modules" / "@willay" / "client"
    place.mkdir(parents=True)
    for file in PACKED:
        (place / file).write_text((CLIENT / file).read_text())


def run(folder: Path, *words: str, **known: Any) -> str:
    """What a program of node prints; it is told what is known by the variable `KNOWN`."""
    env = {"KNOWN": json.dumps(known), "CLIENT": (CLIENT / "willay.js").as_uri()}
    return node.run(folder, *words, env=env).stdout


def tool(folder: Path, name: str, *words: str) -> str:
    """What a program that npm installed prints."""
    return run(folder, node.tool(folder, name), *words)
