"""Files that come with the program: inside the package in a wheel, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def path_of(name: str) -> Path:
    """The path of a file or folder of the program, such as `migrations`."""
    packaged = _PACKAGE / name
    return packaged if packaged.exists() else _PACKAGE.parent / name
