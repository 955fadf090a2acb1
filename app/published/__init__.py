"""Queries for everything public, as public types or as ready bytes.

`visibility.visible` alone decides visibility. May import: changes, visibility, models, database,
public, errors, kit.
"""
