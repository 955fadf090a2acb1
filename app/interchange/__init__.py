"""The interchange format: JSON Lines, one record a line; a round trip loses nothing.

`records` defines the records. `batch_import` brings records from any source into the store.
`jsonl_reader` and `jsonl_writer` read and write files. May import: runtime and below.
"""
