"""What Meilisearch's front-end clients ask, in our own words, and our answers in theirs.

InstantSearch (by `@meilisearch/instant-meilisearch`) and the `meilisearch` package speak to any
server that knows this wire. A question becomes a `protocol.Query`, whichever engine answers it; no
text of a client's filter ever reaches a server. Pure: knows neither HTTP nor the store. May
import: protocol, public, errors, kit.
"""
