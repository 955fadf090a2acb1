"""Settings: environment variables (or `.env`) that begin with `WILLAY_`, validated once."""

import re
from datetime import UTC
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.kit.calendar import Calendar
from app.kit.pages import slug_at, slug_in
from app.kit.text import plain_path
from app.public.vocabulary import Lang
from app.setting_types import (
    Contact,
    ExactAddress,
    Listed,
    PageTemplate,
    WebAddress,
    distinct,
    networks,
    split_list,
    time_zone,
)

_REDIS = re.compile("(redis|rediss|unix)://.")


class Settings(BaseSettings):
    """Every setting of the service, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="WILLAY_",
        env_file=".env",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(Path("data"), description="Database, index and media live here")
    database_url: SecretStr | None = Field(
        None,
        description="`postgresql://…`, or `sqlite:///…`; SQLite in the data folder when absent",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="What second factors are derived from; made and kept in the data folder when "
        "absent. Replicas on several machines need the same one",
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on")
    site_name: str = Field("Peru Support Group", description="Who publishes")
    site_url: WebAddress | None = Field(None, description="The front end's address")
    article_url: PageTemplate = Field(
        "{site}/news/{slug}",
        description="Where the front end shows an article: may hold `{site}`, `{slug}`, `{lang}`",
    )
    page_url: PageTemplate = Field(
        "{site}/{slug}", description="The same of standing pages, such as aims and history"
    )
    author_url: PageTemplate | None = Field(
        None,
        description="Where the front end shows an author, like `{site}/authors/{slug}`; named in "
        "JSON-LD",
    )
    logo_url: WebAddress | None = Field(None, description="The publisher's logo, for JSON-LD")
    contact_email: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Whom harvesters may write to; `webmaster@` the site's host when absent",
    )
    websub_hub: ExactAddress | None = Field(
        None, description="A WebSub hub that is told of every change and named in every feed"
    )
    api_url: WebAddress | None = Field(
        None, description="This API's public address, for links; `http://host:port` when absent"
    )
    languages: Annotated[
        tuple[Lang, ...],
        NoDecode,
        BeforeValidator(split_list),
        AfterValidator(distinct),
        Field(min_length=1, description="Languages of the content, the default one first"),
    ] = ("en", "es")
    timezone: Annotated[str, AfterValidator(time_zone)] = Field(
        "UTC",
        description="The zone, such as America/Lima, whose days, months and years the archive, "
        "filters by date and sitemaps go by",
    )
    default_licence: ExactAddress = Field(
        "https://creativecommons.org/licenses/by-nc-sa/4.0",
        description="Licence of what names none, as an address",
    )
    embed_hosts: Listed = Field(
        (
            *("www.youtube-nocookie.com", "www.youtube.com", "player.vimeo.com"),
            *("open.spotify.com", "w.soundcloud.com"),
        ),
        description='Hosts whose players may be embedded in a body, as `<iframe src="https://…">`',
    )
    cors_origins: Annotated[tuple[WebAddress, ...], NoDecode, BeforeValidator(split_list)] = Field(
        (), description="Origins of pages that may use the management API"
    )
    trusted_proxies: Listed = Field(
        ("127.0.0.1",), description="Proxies whose forwarded headers are believed"
    )
    cache_seconds: int = Field(
        30, ge=0, le=86_400, description="How long shared caches may keep an answer unasked"
    )
    answer_cache_mb: int = Field(
        32, ge=0, le=4_096, description="Memory for answers that are asked for again; 0 keeps none"
    )
    serve_worker: bool = Field(
        True, description="`serve` follows the change log too; false where `willay worker` runs"
    )
    read_threads: int = Field(2, ge=1, le=32, description="Threads that read the store")
    meilisearch_url: WebAddress | None = Field(
        None, description="A Meilisearch server; the embedded engine answers when absent"
    )
    meilisearch_key: SecretStr | None = Field(
        None,
        description="Its master key, from which keys for one index are made, or a key that may "
        "search and write that index",
    )
    meilisearch_index: str = Field(
        "willay", pattern=r"^[a-z0-9_]{1,64}$", description="The index there that is ours"
    )
    meilisearch_public_url: WebAddress | None = Field(
        None,
        description="Where browsers reach it, for search tokens; its own address when absent",
    )
    search_tokens: bool = Field(
        False,
        description="Whether `POST /v1/search/tokens` gives anybody a token to search that server "
        "directly",
    )
    search_token_minutes: int = Field(15, ge=1, le=1_440, description="How long such a token holds")
    search_fallback: bool = Field(
        True,
        description="Beside Meilisearch the embedded engine follows too: they answer together, "
        "and it alone while that is out of reach",
    )
    search_check_seconds: int = Field(
        600,
        ge=10,
        description="How often the worker holds the search index against the store, and mends it",
    )
    media_max_bytes: int = Field(
        20_000_000, ge=1_000, le=200_000_000, description="The largest upload, in bytes"
    )
    s3_bucket: str | None = Field(
        None,
        min_length=3,
        max_length=63,
        description="Keep media in this bucket, not in the data folder; needs the extra `s3`",
    )
    s3_endpoint: WebAddress | None = Field(
        None, description="An S3-compatible service other than Amazon's"
    )
    s3_region: str | None = Field(None, description="The bucket's region")
    s3_access_key_id: SecretStr | None = Field(
        None, description="With its secret; what the machine itself has when absent"
    )
    s3_secret_access_key: SecretStr | None = None
    database_connect_seconds: int = Field(
        5, ge=1, le=120, description="How long PostgreSQL may take to accept a connection"
    )
    database_seconds: int = Field(
        30, ge=0, le=3_600, description="How long a reader waits for a statement; 0: for ever"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Of the log"
    )
    log_format: Literal["text", "json"] = Field("text", description="A line for each record")
    webhook_networks: Annotated[Listed, AfterValidator(networks)] = Field(
        (), description="Networks of one's own, such as 10.0.0.0/8, that webhooks may reach"
    )
    rate_limit: int = Field(
        1_200, ge=0, le=1_000_000, description="Public requests a minute from one address; 0: any"
    )
    rate_limit_exempt: Annotated[Listed, AfterValidator(networks)] = Field(
        (), description="Networks that this limit spares, such as a front end's own servers"
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Count these limits in this Redis, for all replicas; needs the extra `redis`",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="Bearer that may read `/metrics` from elsewhere; without it only this machine",
    )
    security_contact: Contact | None = Field(
        None, description="Where a weakness is reported: `mailto:` or `https:`, for `security.txt`"
    )
    log_requests: bool = Field(False, description="A line of the log for each request")

    @model_validator(mode="after")
    def _known_database(self) -> Self:
        if self.database_scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("database_url must begin with sqlite:// or postgresql://")
        return self

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not _REDIS.match(value.get_secret_value()):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        _ = urlsplit(value.get_secret_value()).port  # refuses one that is no number
        return value

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if (self.s3_access_key_id is None) != (self.s3_secret_access_key is None):
            raise ValueError("s3_access_key_id and s3_secret_access_key go together")
        return self

    @property
    def calendar(self) -> Calendar:
        """The days of the site's zone."""
        zone = UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)
        return Calendar(zone, self.timezone)

    @property
    def database_scheme(self) -> str:
        """`sqlite` or `postgresql`, before any driver's name."""
        return self.store_url.split(":", 1)[0].split("+", 1)[0]

    @property
    def store_url(self) -> str:
        """Where the store is; holds a password, never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'willay.db'}"

    def page_address(self, kind: str, slug: str, lang: str) -> str:
        """Where readers find an article: the front end, or this API where there is none."""
        template = self.page_url if kind == "page" else self.article_url
        if self.site_url is None and "{site}" in template:
            return f"{self.public_url}/v1/articles/{slug}"
        return template.format(site=self.site_url or "", slug=slug, lang=lang)

    def author_address(self, slug: str) -> str | None:
        """Where readers find an author, if the front end has such pages."""
        if self.author_url is None:
            return None
        return self.author_url.format(site=self.site_url or "", slug=slug, lang="")

    def shown_at(self, address: str) -> str | None:
        """The slug whose page is at an address of the front end, as the templates say."""
        return slug_in(self._templates, self.site_url or self.public_url, address)

    def page_path(self, kind: str, slug: str, lang: str) -> str:
        """The path of an article's page at the front end, on whatever host that is."""
        template = self.page_url if kind == "page" else self.article_url
        site = self.site_url or "https://site"
        return plain_path(template.format(site=site, slug=slug, lang=lang))

    def slug_at(self, path: str) -> str | None:
        """The slug whose page is at a plain path, as the templates say."""
        return slug_at(self._templates, self.site_url or "https://site", path)

    @property
    def _templates(self) -> tuple[str, str]:
        return self.article_url, self.page_url

    @property
    def public_url(self) -> str:
        """The API's own address without a trailing slash."""
        if self.api_url is not None:
            return self.api_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"
