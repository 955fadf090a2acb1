"""Settings of the newsroom's own rules."""

from pydantic import Field

from app.settings.group import Group


class DeskSettings(Group):
    """Desk: the screens for editors, what writers may change, and what becomes of the trash."""

    desk: bool = Field(
        True,
        description="Whether Willay serves its screens for editors at `/desk`. They need HTTPS, or "
        "a browser on the same machine",
    )
    own_drafts_only: bool = Field(
        False,
        description="Whether writers may change only the articles that they began. Editors, "
        "publishers and admins may change every article in any case",
    )
    trash_days: int | None = Field(
        None,
        ge=1,
        le=3_650,
        description="The days after which the worker deletes an article in the trash for good, if "
        "readers never saw it. Without it, nothing leaves the trash by itself",
    )
