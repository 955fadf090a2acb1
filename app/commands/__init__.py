"""Commands of the operator that `cli` gathers: thin, each over one room of the store.

Results on stdout, messages on stderr. May import everything below `cli`.
"""
