"""The interchange format: JSON Lines, one record a line; a round trip loses nothing.

`records` says what a record means; `batch_import` brings records into the store, whatever they were
read from; `jsonl_reader` and `jsonl_writer` are the two directions of a file. May import: runtime
and below.
"""
