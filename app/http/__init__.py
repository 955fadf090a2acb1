"""The shared parts of both faces: transactions, problems, parameters, conditional answers.

May import: runtime, published, editorial, database, public, errors, kit.
"""
