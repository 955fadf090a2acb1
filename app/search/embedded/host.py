"""The parts of the protocol that concern distant engines, with this one's simple answers."""

from collections.abc import Sequence

from app.search.protocol import Parked


class OnThisHost:
    """An engine that loses no write on the way, needs no permission, and has one folder."""

    portion = 500

    def take(self, *, insist: bool = False) -> bool:
        """False: tantivy's lock is the lease, and its holder sees everything that was written."""
        return False

    def parked(self) -> tuple[Parked, ...]:
        """None: every text can be held."""
        return ()

    def pending_task(self) -> None:
        """None: an accepted write is done."""

    def server_problem(self) -> str:
        """None: there is no server."""
        return ""

    def missing_actions(self) -> tuple[str, ...]:
        """None: a writer of the folder may do everything."""
        return ()

    def differing_settings(self) -> tuple[str, ...]:
        """None: the settings are part of the folder's name."""
        return ()

    def repair_settings(self) -> tuple[str, ...]:
        """None: nobody can change them."""
        return ()

    def strangers(self) -> tuple[str, ...]:
        """None: only this program writes."""
        return ()

    def delete_strangers(self, names: Sequence[str]) -> None:
        """Do nothing, because there are none."""

    def new_replacement(self) -> None:
        """None: readers see a commit as a whole, so the index is rewritten in place."""
        return None

    def restore(self) -> bool:
        """False: no index is replaced."""
        return False
