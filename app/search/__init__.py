"""Search: one protocol in our own words, and the engines behind it.

An engine ranks and the store reveals: a hit is an id, and the store decides whether it may be
shown. Nothing here knows the database, HTTP or the tables. `protocol` imports nothing of ours. An
engine's folder imports `protocol`, the modules that all engines share (`grammar`, `stopwords`,
`snippets`), `app.errors` and its library. `instant` is not an engine: it translates the questions
of Meilisearch's clients into our own words.
"""
