"""Settings of search."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from app.setting_types import WebAddress
from app.settings.group import Group


class SearchSettings(Group):
    """Search: the Meilisearch server and the search index."""

    meilisearch_url: WebAddress | None = Field(
        None,
        description="The address of a Meilisearch server (1.50). Without it, the embedded engine "
        "answers alone",
    )
    meilisearch_key: SecretStr | None = Field(
        None,
        description="The master key of that server, from which Willay makes keys for one index; "
        "or a key that may search and write that index",
    )
    meilisearch_index: str = Field(
        "willay", pattern=r"^[a-z0-9_]{1,64}$", description="The name of Willay's index there"
    )
    meilisearch_public_url: WebAddress | None = Field(
        None,
        description="Where browsers reach that server, for search tokens. Without it, "
        "`WILLAY_MEILISEARCH_URL`",
    )
    search_fallback: bool = Field(
        True,
        description="Whether the embedded engine works beside Meilisearch. The two answer "
        "together, and the embedded engine answers alone while the server is out of reach",
    )
    semantic_model: Path | None = Field(
        None,
        description="A folder with `model.onnx` and `tokenizer.json` of an English sentence model, "
        "such as all-MiniLM-L6-v2. With it, the embedded engine ranks English questions by their "
        "meaning too. It needs the extra `semantic`",
    )
    search_check_seconds: int = Field(
        600,
        ge=10,
        description="How often the worker compares the search index with the database and repairs "
        "it, in seconds",
    )
    search_tokens: bool = Field(
        False,
        description="Whether `POST /v1/search/tokens` gives anybody a token to search that server "
        "directly",
    )
    search_token_minutes: int = Field(
        15, ge=1, le=1_440, description="How many minutes such a token is valid"
    )

    @model_validator(mode="after")
    def _require_embedded_engine(self) -> Self:
        if self.semantic_model is not None and self.meilisearch_url and not self.search_fallback:
            raise ValueError("semantic_model needs the embedded engine: leave search_fallback true")
        return self
