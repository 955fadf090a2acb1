"""Every route of the admin face. When two routes match an address, the first one answers."""

from typing import Final

from app.admin import (
    aliases,
    article_lists,
    articles,
    audit,
    auth,
    authors,
    bulk,
    committee,
    deliveries,
    events,
    imports,
    letters,
    media,
    newsletters,
    notes,
    partner_keys,
    partners,
    previews,
    readers,
    readiness,
    releases,
    rendering,
    revisions,
    second_factor,
    site,
    sponsors,
    tags,
    tokens,
    translations,
    users,
    webhooks,
    workflow,
)

ROUTERS: Final = (
    *(auth.router, second_factor.router, users.router, tokens.router, audit.router),
    # Bulk comes before the single article, whose route would take "bulk" for an id.
    *(bulk.router, article_lists.router, articles.router, workflow.router, revisions.router),
    *(releases.router, rendering.router, readiness.router, notes.router, translations.router),
    *(media.router, media.files_router),
    *(previews.router, previews.public_router),
    *(tags.router, authors.router, sponsors.router, committee.router),
    *(events.router, aliases.router, site.router),
    *(webhooks.router, deliveries.router),
    *(partners.router, partner_keys.router),
    imports.router,
    *(letters.router, newsletters.router, readers.router),
)
