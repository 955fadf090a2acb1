"""The base of the groups of settings."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Group(BaseSettings):
    """Settings that belong together.

    The docstring of each group is `Heading: sentence.`, as `docs/settings.md` shows it.
    """

    model_config = SettingsConfigDict(
        env_prefix="WILLAY_",
        env_file=".env",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )
