"""Small exports of Ghost, made of what a test says of each post."""

import json
from pathlib import Path
from typing import Any


def post(number: int, slug: str, **over: Any) -> dict[str, Any]:
    dates = {"published_at": "2023-02-02T10:00:00.000Z", "updated_at": "2023-02-03T10:00:00.000Z"}
    fields = {"id": f"p{number}", "title": slug.title(), "slug": slug, "status": "published"}
    return {**fields, "visibility": "public", "html": "<p>Words.</p>", **dates, **over}


def write_ghost_export(path: Path, posts: list[dict[str, Any]], **tables: Any) -> Path:
    data = {
        "posts": posts,
        "tags": [{"id": 1, "name": "Mining", "slug": "mining"}, {"id": 2, "name": "#es"}],
        "posts_tags": [{"post_id": p["id"], "tag_id": 1} for p in posts[:1]]
        + [{"post_id": "p7", "tag_id": 2}],
        "users": [
            {"id": 1, "name": "Ana", "slug": "ana", "email": "a@old.example", "bio": "Writes.",
             "password": "$2a$hash"},
            {"id": 2, "name": "Idle", "slug": "idle", "email": "i@old.example"},
        ],
        "members": [{"id": "m", "email": "reader@old.example"}],
        "settings": [{"key": "title", "value": "Andes Watch"}],
        **tables,
    }  # fmt: skip
    path.write_text(json.dumps({"db": [{"meta": {"version": "5.75.0"}, "data": data}]}))
    return path
