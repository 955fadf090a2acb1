"""Commands of the operator, which `cli` gathers: thin, each over one room of the store.

Results go to stdout, messages to stderr. May import everything below `cli`.
"""
