"""Letters as files, for a service without a mail server."""

import os
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final
from uuid import UUID

from app.kit.private_files import make_private_folder

_ENDING: Final = ".eml"


def write_letter(folder: Path, letter: UUID, content: bytes) -> None:
    """Write a letter under its id. A file of this name is whole, also after a power cut."""
    make_private_folder(folder)
    draft = folder / f".{letter}{_ENDING}"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{letter}{_ENDING}")


def remove_letters(folder: Path, known_ids: AbstractSet[UUID]) -> int:
    """Remove the files of letters that are forgotten; the number of them. Other files stay."""
    removed = 0
    for path in sorted(folder.glob(f"*{_ENDING}")):
        try:
            letter = UUID(path.stem.lstrip("."))
        except ValueError:
            continue
        if letter not in known_ids:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
