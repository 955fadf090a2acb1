"""Pictures of other systems as HTML."""

import html


def figure_html(source: str, alt: str = "", caption: str = "") -> str:
    """A figure; `caption` is HTML, the others are text."""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{html.escape(source)}" alt="{html.escape(alt)}">{words}</figure>'
