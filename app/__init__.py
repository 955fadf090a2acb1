"""Willay: a headless content API for newsrooms and NGOs.

Arrows point down only (checked by import-linter):

cli > commands > main > delivery | admin | worker | doctor > http > importers > interchange |
library > runtime > search | storage | feeds > schema > published | editorial | accounts > audit |
idempotency > changes > visibility > models > database > settings > imaging > public | errors > kit
"""
