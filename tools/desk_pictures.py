"""The pictures of docs/desk.md, from those that the desk's tests made: smaller, with fewer colours.

`python -m tools.desk_pictures FOLDER` reads the folder that `WILLAY_SCREENSHOTS` named.
"""

import sys
from pathlib import Path
from typing import Final

from PIL import Image

_PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
_NAMES: Final = {
    "writing": "wide-article",
    "schedule": "schedule",
    "translation": "translate",
    "letter": "letter",
    "import": "import-checked",
}
"""The pictures of the page, and the screens that they show."""
_WIDTH: Final = 900
_COLOURS: Final = 96


def main(folder: Path) -> None:
    """Write every picture of the page anew."""
    _PICTURES.mkdir(exist_ok=True)
    for name, screen in _NAMES.items():
        with Image.open(folder / f"desk-{screen}.png") as shot:
            size = (_WIDTH, round(shot.height * _WIDTH / shot.width))
            picture = shot.convert("RGB").resize(size).quantize(_COLOURS)
            picture.save(_PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
