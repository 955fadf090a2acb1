"""The interchange format: JSON Lines, one record a line; a round trip loses nothing.

What a record means is in `records`; `entering` brings records into the store, whatever they were
read from; `reading` and `writing` are the two directions of a file. May import: runtime and below.
"""
