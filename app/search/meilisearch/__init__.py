"""The engine for production: one index of a Meilisearch server.

`engine` is its interface. Below it, `searching`, `queries` and `filters` answer; `marking` and
`synonyms` find the matching words of an answer; `writing`, `tasks` and `documents` write;
`shadow_index` builds a new index next to the old one; `settings` defines the index. `connection`,
`keys`, `transport`, `breaker` and `failures` call the server, always from a thread and never for
long. Imports the protocol, the grammar, `app.errors`, the official client, requests (for its
errors), urllib3, httpx2 (for whom TLS trusts), rapidfuzz, pydantic and pydantic_core.
"""
