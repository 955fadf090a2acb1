"""Willay: a headless content API for newsrooms and NGOs.

Arrows point down only (checked by import-linter):

console > cli > commands > main > delivery | admin | worker | doctor > http > importers | machine >
interchange | library > runtime > search | feeds | storage | rates > backup | erasure > schema >
partners | letters > newsletters > published | editorial | accounts > audit | idempotency | leases |
milestones > changes > visibility > models > database > engines > faults | postgresql > settings >
imaging > outage > public | errors | logs | resources | meters > kit
"""
