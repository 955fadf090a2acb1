"""The public face: one file per resource, read only.

May import: http, search, feeds, published, public, errors, kit. Never editorial.
"""
