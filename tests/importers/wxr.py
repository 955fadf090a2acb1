"""Small exports of WordPress, made of what a test says of each item."""

from html import escape
from pathlib import Path
from typing import Any

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Andes Watch</title><link>https://old.example</link><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_login>ana@old.example</wp:author_login>
<wp:author_display_name>Ana Quispe</wp:author_display_name></wp:author>
"""
TAIL = "</channel></rss>"
UPLOADS = "https://old.example/wp-content/uploads"


def cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def item(number: int, **fields: Any) -> str:
    """An item; `terms` are (taxonomy, slug, name), `meta` custom fields, `comments` raw XML."""
    values = {
        "title": f"Text {number}",
        "link": f"https://old.example/2019/05/{fields.get('slug', f'text-{number}')}/",
        "body": "A sentence.",
        "slug": f"text-{number}",
        "status": "publish",
        "type": "post",
        "gmt": "2019-05-13 02:30:00",
        "local": "2019-05-12 21:30:00",
        "parent": 0,
        "password": "",
        "excerpt": "",
        "sticky": 0,
        "extra": "",
    } | fields
    terms = "".join(
        f'<category domain="{domain}" nicename="{slug}">{cdata(name)}</category>'
        for domain, slug, name in values.get("terms", ())
    )
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key>"
        f"<wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in values.get("meta", {}).items()
    )
    return f"""<item><title>{cdata(values["title"])}</title><link>{escape(values["link"])}</link>
<dc:creator>{cdata("ana@old.example")}</dc:creator>
<content:encoded>{cdata(values["body"])}</content:encoded>
<excerpt:encoded>{cdata(values["excerpt"])}</excerpt:encoded><wp:post_id>{number}</wp:post_id>
<wp:post_date>{values["local"]}</wp:post_date><wp:post_date_gmt>{values["gmt"]}</wp:post_date_gmt>
<wp:post_name>{values["slug"]}</wp:post_name><wp:status>{values["status"]}</wp:status>
<wp:post_parent>{values["parent"]}</wp:post_parent><wp:post_type>{values["type"]}</wp:post_type>
<wp:post_password>{values["password"]}</wp:post_password>
<wp:is_sticky>{values["sticky"]}</wp:is_sticky>{values["extra"]}{terms}{meta}</item>
"""


def attachment(number: int, file: str, alt: str = "", parent: int = 0) -> str:
    meta = {"_wp_attached_file": file}
    meta |= {"_wp_attachment_image_alt": alt} if alt else {}
    address = f"<wp:attachment_url>{UPLOADS}/{file}</wp:attachment_url>"
    return item(
        number,
        type="attachment",
        status="inherit",
        body="",
        extra=address,
        meta=meta,
        parent=parent,
    )


def write_export(path: Path, *items: str, head: str = HEAD, tail: str = TAIL) -> Path:
    path.write_text(head + "".join(items) + tail)
    return path
