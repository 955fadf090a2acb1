"""Pictures of other systems as HTML."""

import html


def figure_html(source: str, alt: str = "", caption: str = "", link: str = "") -> str:
    """A figure; `caption` is HTML, the others are text. `link` is where the picture leads."""
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    picture = f'<img src="{html.escape(source)}" alt="{html.escape(alt)}">'
    if link:
        picture = f'<a href="{html.escape(link)}">{picture}</a>'
    return f"<figure>{picture}{words}</figure>"
