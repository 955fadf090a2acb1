"""Every public route. When two routes match an address, the first one answers."""

from typing import Final

from app.delivery import (
    articles,
    changes,
    discovery,
    embargoed,
    events,
    feeds,
    home,
    instant,
    instant_server,
    lists,
    media,
    metrics,
    oai,
    partner,
    search,
    search_tokens,
    service,
)

ROUTERS: Final = (
    *(home.router, service.router, metrics.router, changes.router, feeds.router),
    # `{slug}.jsonld` comes before `{slug}`.
    *(discovery.router, oai.router, articles.router),
    *(lists.router, events.router, search.router, instant.router, instant_server.router),
    *(search_tokens.router, media.router),
    *(partner.router, embargoed.router),
)
