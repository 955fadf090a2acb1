"""The engine for production: one index of a Meilisearch server.

`engine` is its door. Below it: `searching`, `queries` and `filters` answer; `marking` and
`synonyms` say which words of an answer were meant; `writing`, `tasks`, `parking` and `documents`
write; `shadow_index` builds a new index next to the old one; `settings` says how the index is kept;
`connection`, `keys`, `transport`, `breaker` and `failures` speak to the server, always from a
thread and never for long. Imports the protocol, the grammar, `app.errors`, the official client,
requests (for its errors), urllib3, httpx2 (for whom TLS trusts), rapidfuzz, pydantic and
pydantic_core.
"""
