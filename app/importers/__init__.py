"""Readers of outside sources, which produce records of the interchange format.

May import: interchange and below.
"""
