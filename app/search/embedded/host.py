"""What the protocol asks of an engine that is far away, and this one answers by being near."""

from collections.abc import Sequence
from typing import Final

from app.search.protocol import Parked


class OnThisHost:
    """Nothing is lost on the way, nobody has to allow anything, and one folder is enough."""

    portion: Final = 500

    def take(self, *, insist: bool = False) -> bool:
        """False: tantivy's lock is the lease, and whoever has it sees all that was written."""
        return False

    def parked(self) -> tuple[Parked, ...]:
        """None: whatever is text can be held."""
        return ()

    def pending_task(self) -> None:
        """None: what is accepted is done."""

    def server_problem(self) -> str:
        """None: there is no server."""
        return ""

    def missing_actions(self) -> tuple[str, ...]:
        """None: whoever may write the folder may do all."""
        return ()

    def differing_settings(self) -> tuple[str, ...]:
        """None: the settings are in the folder's name."""
        return ()

    def repair_settings(self) -> tuple[str, ...]:
        """None: nobody can change them."""
        return ()

    def strangers(self) -> tuple[str, ...]:
        """None: there is no other writer than this program."""
        return ()

    def delete_strangers(self, names: Sequence[str]) -> None:
        """There are none."""

    def new_replacement(self) -> None:
        """None: a commit is seen whole, so it is written anew in place."""
        return None

    def restore(self) -> bool:
        """False: nothing is replaced."""
        return False
