"""Every route that the world may ask for."""

from typing import Final

from app.delivery import (
    articles,
    changes,
    discovery,
    feeds,
    lists,
    media,
    oai,
    search,
    service,
)

ROUTERS: Final = (
    service.router,
    changes.router,
    feeds.router,
    discovery.router,  # before articles: `{slug}.jsonld` before `{slug}`
    oai.router,
    articles.router,
    lists.router,
    search.router,
    media.router,
)
