"""What runs in a process that is killed: `willay import …`, from its beginning to its end."""

import os
import sys
from collections.abc import Sequence

# The server of processes has these ready, so that each import begins at once.
import app.commands.moving_in
import app.importers.ghost.entries
import app.importers.wordpress.entries  # noqa: F401  # as said above
from app.cli import main


def work(environment: dict[str, str], command: Sequence[str]) -> None:
    """Run the command and say nothing; its exit code is that of the process."""
    os.environ.update(environment)
    sys.argv = ["willay", *command]
    with open(os.devnull, "w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        main()
