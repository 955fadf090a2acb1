"""Willay: a headless content API for newsrooms and NGOs.

Arrows point down only (checked by import-linter):

cli > main > delivery > http > importers > runtime > backup > schema > published | editorial >
changes > visibility > models > database > settings > public | errors > kit
"""
