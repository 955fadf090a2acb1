"""Search: one protocol of our own words, and the engines behind it.

The engine ranks, the store reveals: a hit is an id, and whether it may be shown is asked of the
store. Nothing here knows the database, HTTP or the tables. `protocol` imports nothing of ours;
an engine's folder imports `protocol`, what all engines share (`grammar`, `stopwords`, `snippets`),
`app.errors` and its library. `instant` is no engine: it turns what Meilisearch's clients ask into
our own words.
"""
