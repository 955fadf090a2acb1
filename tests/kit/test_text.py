"""Slugs as people would write them."""

import pytest

from app.kit.text import slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Fujimori's move to Chile", "fujimoris-move-to-chile"),
        ("And in Peru’s potato park…", "and-in-perus-potato-park"),
        ("Agua para Cañaris", "agua-para-canaris"),
        ("¿Quién decide?", "quien-decide"),
        ("…", ""),
        ("word " * 40, "word-" * 19 + "word"),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slug_of(title) == slug
