"""Settings of the caches in front of the service, and of how these are told of changes."""

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from app.setting_types import TargetAddress, split_list
from app.settings.group import Group

_DAY: Final = 86_400
_HEADER: Final = re.compile(r"[A-Za-z0-9-]+: [!-~]+( [!-~]+)*")


class SharedCacheSettings(Group):
    """Caches in front: what a CDN, Varnish or a browser may keep, and how Willay purges it. See
    [caches in front](caching.md).
    """

    shared_cache_seconds: int = Field(
        0,
        ge=0,
        le=365 * _DAY,
        description="How many seconds a shared cache, which Willay purges, may keep an answer "
        "(`s-maxage`). `0` says nothing, so that `WILLAY_CACHE_SECONDS` holds",
    )
    file_cache_seconds: int | None = Field(
        None,
        ge=0,
        le=365 * _DAY,
        description="How many seconds any cache, browsers too, may keep a picture or a file. "
        "Without it, `WILLAY_CACHE_SECONDS` holds",
    )
    stale_seconds: int = Field(
        0,
        ge=0,
        le=_DAY,
        description="For how many more seconds a cache may give an old answer while it asks for "
        "the new one (`stale-while-revalidate`)",
    )
    stale_if_error_seconds: int = Field(
        0,
        ge=0,
        le=7 * _DAY,
        description="For how many more seconds a cache may give an old answer while Willay cannot "
        "answer (`stale-if-error`)",
    )
    cache_tag: bool = Field(
        False,
        description="Whether answers name their keys in `Cache-Tag` too, separated by commas, as "
        "Cloudflare wants it",
    )
    purge_url: Annotated[tuple[TargetAddress, ...], NoDecode, BeforeValidator(split_list)] = Field(
        (),
        description="The addresses of the caches that Willay tells of each change, by a request "
        "that names the keys to purge",
    )
    purge_method: Literal["PURGE", "POST"] = Field(
        "PURGE", description="The method of that request: `PURGE` for Varnish, `POST` for most CDNs"
    )
    purge_header: SecretStr | None = Field(
        None,
        description="A header of that request, which authorises it, such as `Fastly-Key: …` or "
        "`Authorization: Bearer …`",
    )
    purge_again_seconds: int = Field(
        10,
        ge=0,
        le=3_600,
        description="After how many seconds Willay repeats each purge, because an answer that was "
        "under way may have been kept after it. `0` repeats none",
    )

    @field_validator("purge_header")
    @classmethod
    def _whole_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _HEADER.fullmatch(value.get_secret_value()):
            raise ValueError("must be a name, a colon, a blank and a value")
        return value
