"""The outside, translated into editorial's input types and written by editorial's commands.

May import: runtime, editorial, published, changes, models never, errors, kit.
"""
