"""Willay: a headless content API for newsrooms and NGOs.

Arrows point down only (checked by import-linter):

cli > main > delivery > http > importers | library > runtime > search | storage > schema >
published | editorial > changes > visibility > models > database > settings > imaging >
public | errors > kit
"""
