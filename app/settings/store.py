"""Settings of what Willay keeps: the database and the media files."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from app.setting_types import WebAddress
from app.settings.group import Group


class StoreSettings(Group):
    """Database: where Willay keeps its content."""

    data_dir: Path = Field(
        Path("data"),
        description="The folder of the database, the search index and the media files",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="A secret of 32 characters or more, which protects second factors, addresses "
        "of readers and webhook secrets. Without it, Willay makes one and keeps it in the data "
        "folder. Replicas on several machines need the same one",
    )
    database_url: SecretStr | None = Field(
        None,
        description="The database: `postgresql://…` or `sqlite:///…`. Without it, Willay uses "
        "SQLite in the data folder",
    )
    database_connect_seconds: int = Field(
        5,
        ge=1,
        le=120,
        description="How long PostgreSQL may take to accept a connection, in seconds",
    )
    database_seconds: int = Field(
        30,
        ge=0,
        le=3_600,
        description="How long PostgreSQL may take for one statement that reads, in seconds. A "
        "statement that writes may take four times as long. `0` sets no limit",
    )

    @model_validator(mode="after")
    def _known_database(self) -> Self:
        if self.database_scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("database_url must begin with sqlite:// or postgresql://")
        return self

    @property
    def database_scheme(self) -> str:
        """`sqlite` or `postgresql`, before any driver's name."""
        return self.store_url.split(":", 1)[0].split("+", 1)[0]

    @property
    def store_url(self) -> str:
        """The address of the store. It holds a password: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'willay.db'}"


class MediaSettings(Group):
    """Media: pictures and files that editors upload."""

    media_max_bytes: int = Field(
        20_000_000, ge=1_000, le=200_000_000, description="The largest upload, in bytes"
    )
    import_max_bytes: int = Field(
        2_000_000_000,
        ge=1_000,
        le=50_000_000_000,
        description="The files of one import of the desk, in bytes",
    )
    s3_bucket: str | None = Field(
        None,
        min_length=3,
        max_length=63,
        description="The bucket for media files. Without it, they are in the data folder. It needs "
        "the extra `s3`",
    )
    s3_endpoint: WebAddress | None = Field(
        None, description="The address of an S3-compatible service. Without it, Amazon's"
    )
    s3_region: str | None = Field(None, description="The region of the bucket")
    s3_access_key_id: SecretStr | None = Field(
        None,
        description="The access key of the bucket, together with its secret. Without them, Willay "
        "uses the credentials of the machine",
    )
    s3_secret_access_key: SecretStr | None = Field(
        None, description="The secret that belongs to the access key"
    )

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if (self.s3_access_key_id is None) != (self.s3_secret_access_key is None):
            raise ValueError("s3_access_key_id and s3_secret_access_key go together")
        return self
