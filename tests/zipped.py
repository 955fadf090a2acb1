"""ZIP archives of folders."""

import io
import zipfile
from pathlib import Path


def zip_folder(folder: Path) -> bytes:
    """The files of a folder, by their paths in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return content.getvalue()
