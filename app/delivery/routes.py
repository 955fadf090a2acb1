"""Every route that the world may ask for."""

from typing import Final

from app.delivery import articles, lists, media, search, service

ROUTERS: Final = (service.router, articles.router, lists.router, search.router, media.router)
