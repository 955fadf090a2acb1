"""Settings of the running service: where it listens, what it logs, what it bounds."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from app.setting_types import Listed, WebAddress, check_networks, split_list
from app.settings.group import Group

_REDIS: Final = re.compile("(redis|rediss|unix)://.")


class ServerSettings(Group):
    """Server: where the service listens, whom it believes, and whom it may call."""

    host: str = Field("127.0.0.1", description="The address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on")
    api_url: WebAddress | None = Field(
        None,
        description="The public address of this API, for links. Without it, links begin with "
        "`http://host:port`",
    )
    trusted_proxies: Listed = Field(
        ("127.0.0.1",), description="The proxies whose `X-Forwarded-For` Willay believes"
    )
    cors_origins: Annotated[tuple[WebAddress, ...], NoDecode, BeforeValidator(split_list)] = Field(
        (),
        description="The origins of web pages that may use the management API. The public API is "
        "open to every origin",
    )
    webhook_networks: Annotated[Listed, AfterValidator(check_networks)] = Field(
        (),
        description="Your own networks that webhooks may reach, on any port, such as `10.0.0.0/8`. "
        "Webhooks reach public addresses by https alone",
    )
    serve_worker: bool = Field(
        True,
        description="Whether `willay serve` also does the work of `willay worker`. Set it to "
        "`false` where a worker runs by itself",
    )
    read_threads: int = Field(
        2, ge=1, le=32, description="The number of threads that read the database, per process"
    )

    @property
    def public_url(self) -> str:
        """The API's own address without a trailing slash."""
        if self.api_url is not None:
            return self.api_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class CachingSettings(Group):
    """Caching: how long answers are kept."""

    cache_seconds: int = Field(
        30,
        ge=0,
        le=86_400,
        description="How many seconds a cache may keep an answer without asking again",
    )
    answer_cache_mb: int = Field(
        32,
        ge=0,
        le=4_096,
        description="Megabytes of memory for answers that may be asked for again. `0` keeps none",
    )


class LimitSettings(Group):
    """Limits: how much one reader may ask for."""

    rate_limit: int = Field(
        1_200,
        ge=0,
        le=1_000_000,
        description="How many public requests one address (of IPv6 its /64) may send in a minute. "
        "`0` sets no limit",
    )
    rate_limit_exempt: Annotated[Listed, AfterValidator(check_networks)] = Field(
        (), description="Networks without this limit, such as the servers of your front end"
    )
    redis_url: SecretStr | None = Field(
        None,
        description="A Redis (`redis://…`) that counts these limits for all replicas. It needs the "
        "extra `redis`",
    )

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        if not _REDIS.match(value.get_secret_value()):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        _ = urlsplit(value.get_secret_value()).port  # refuses one that is no number
        return value


class MonitoringSettings(Group):
    """Monitoring: the log and the metrics."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe records that the log shows"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="`text` writes a line of words for each record, `json` an object"
    )
    log_requests: bool = Field(
        False,
        description="Whether the log has a line for each request: method, route, status, time, id",
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="The bearer token that may read `/metrics` from another machine. Without it, "
        "only this machine may",
    )
