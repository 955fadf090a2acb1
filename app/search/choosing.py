"""Which of two engines answers a query better, measured by class of query (`make relevance`)."""

from app.search.grammar import parse
from app.search.protocol import Query

LONG = 5
"""From so many words on a query is a question."""


def is_for_words(query: Query) -> bool:
    """Quoted phrases and whole questions: an engine that weighs words by their rarity, and knows
    their stems, ranks these better than one that is made for short queries with slips in them."""
    parsed = parse(query.text, str.split)
    return bool(parsed.phrases) or len(parsed.words) >= LONG
