"""`python -m tools.drawings FOLDER [NAME…]` draws all pictures of the sample content, or some."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.drawings import emblems, landscapes
from tools.drawings.canvas import Canvas

SCENES: Final[dict[str, Callable[[], Canvas]]] = {
    "andes-dawn": landscapes.andes_dawn,
    "ballot-box": emblems.ballot_box,
    "coast": landscapes.coast,
    "contour-map": emblems.contour_map,
    "courthouse": emblems.courthouse,
    "forest-river": landscapes.forest_river,
    "microphone": emblems.microphone,
    "mine-terraces": landscapes.mine_terraces,
    "quinoa-field": landscapes.quinoa_field,
    "smelter": landscapes.smelter,
    "textile": emblems.textile,
    "vigil": emblems.vigil,
}


def main() -> None:
    """Draw into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or [*SCENES, "mark"]:
        path = folder / f"{name}.webp"
        if name == "mark":
            emblems.mark().save(path, "WEBP", quality=72, method=6)
        else:
            SCENES[name]().save(path)


if __name__ == "__main__":
    main()
