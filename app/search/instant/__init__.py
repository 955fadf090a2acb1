"""Translates questions of Meilisearch's front-end clients, and our answers to them.

InstantSearch (by `@meilisearch/instant-meilisearch`) and the `meilisearch` package work with any
server of this protocol. A question becomes a `protocol.Query`, whichever engine answers it; no text
of a client's filter ever reaches a server. Pure: knows neither HTTP nor the store. May import:
protocol, public, errors, kit.
"""
