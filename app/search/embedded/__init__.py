"""The embedded engine: a tantivy index in a folder of this host.

`engine` is its door. Below it: `searching` and `suggesting` answer, `writing` writes, `matching`
turns words into queries (never tantivy's own parser), `correction`, `feedback` and `synonyms`
change the words, `vocabulary` knows all words of the index, `marking` finds them in texts,
`schema` and `analysis` say what the index holds. Imports the protocol, `app.errors`, tantivy and
rapidfuzz.
"""
