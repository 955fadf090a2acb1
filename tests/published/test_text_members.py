"""A text of a frozen article is read from its JSON without the rest, whatever the texts hold."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.ids import uuid7
from app.public.articles import Author, FrozenArticle, Rights, text_member

WORDS = st.lists(
    st.sampled_from(['"title":"x"', '"', "\\", "\\\\", "\n", "ñ", "\u2028", "date_precision", "a "])
    | st.text(max_size=5)
).map("".join)


@given(title=WORDS, summary=WORDS)
def test_it_is_the_member_that_parsing_finds(title: str, summary: str) -> None:
    now = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
    article = FrozenArticle(
        id=uuid7(now),
        kind="article",
        slug="one",
        lang="en",
        title=title,
        summary=summary,
        published_at=now,
        date_precision="day",
        updated_at=now,
        authors=[Author(name='"title":"y"', slug="y")],
        source=None,
        image=None,
        rights=Rights(licence="https://example.org/", credit=summary, syndicatable=True),
        corrections=[],
        is_excerpt=False,
        canonical_url=None,
        position=0,
    )
    text = article.model_dump_json()
    whole = json.loads(text)
    for name in ("title", "summary", "published_at", "date_precision", "slug"):
        assert json.loads(text_member(text, name)) == whole[name]
    with pytest.raises(ValueError, match="has no text source"):
        text_member(text, "source")
