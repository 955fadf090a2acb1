"""What both faces share: transactions, problems, parameters, conditional answers.

May import: runtime, published, editorial, database, public, errors, kit.
"""
