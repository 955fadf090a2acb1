"""Files that come with the program: inside the package in a wheel, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def path_of(name: str) -> Path:
    """Where a file or folder of the program lies, such as `migrations`."""
    packaged = _PACKAGE / name
    return packaged if packaged.exists() else _PACKAGE.parent / name
