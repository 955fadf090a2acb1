"""Queries: all that the world may know, as public types or ready bytes.

Visibility is judged by `visibility.visible` alone. May import: changes, visibility, models,
database, public, errors, kit.
"""
