"""Every type that the world may see, its fields named by hand: the audit page. Pure.

A field that is not written here cannot leave the service. No class inherits from a table or
shares a base with one. May import: kit.
"""
