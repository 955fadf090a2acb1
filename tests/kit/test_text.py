"""Slugs as people would write them."""

import pytest

from app.kit.text import plain_text, slug_of


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


def test_a_text_has_a_line_for_each_block_and_none_within() -> None:
    body = (
        "<h2>Qué se acordó</h2>\n<p>El <em>Acta</em>, de\nH<sub>2</sub>O &amp; &lt;b&gt;.<br>Otra"
        ' línea<a href="x">s</a></p><ul>\n<li>uno</li><li><p>dos</p></li></ul>'
        '<figure><img src="x" alt="y"><figcaption>Foto</figcaption></figure><pre>a\n  b</pre>'
    )
    lines = ["Qué se acordó", "El Acta, de H2O & <b>.", "Otra líneas", "uno", "dos", "Foto", "a b"]
    assert plain_text(body) == "\n".join(lines)
    assert plain_text("") == ""
