"""The embedded engine: a tantivy index in a folder of this host.

`engine` is its interface. Below it, `searching` and `suggesting` answer, and `writing` writes.
`matching` turns words into queries (never by tantivy's own parser). `correction`, `feedback` and
`synonyms` change the words, `widening` answers long questions, `vocabulary` looks words up in the
index, and `marking` finds words in texts. `schema` and `analysis` define the content of the index.
Imports the protocol, `app.errors`, tantivy and rapidfuzz.
"""
