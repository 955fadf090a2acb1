"""Every public route. When two routes match an address, the first one answers."""

from typing import Final

from app.delivery import (
    articles,
    authors,
    changes,
    discovery,
    embargoed,
    events,
    feeds,
    home,
    instant,
    instant_server,
    licence,
    linked,
    lists,
    mail_events,
    media,
    metrics,
    newsletters,
    oai,
    partner,
    search,
    search_tokens,
    service,
    site,
    subscriptions,
)

ROUTERS: Final = (
    # The routes that most requests ask for come first; `{slug}.jsonld` comes before `{slug}`.
    *(linked.router, articles.router, search.router, lists.router),
    *(site.router, licence.router),
    *(home.router, service.router, metrics.router, changes.router, feeds.router),
    *(discovery.router, oai.router, events.router, instant.router, instant_server.router),
    *(search_tokens.router, media.router, authors.router),
    *(newsletters.router, subscriptions.router, mail_events.router),
    *(partner.router, embargoed.router),
)
