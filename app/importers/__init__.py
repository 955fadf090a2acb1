"""The outside, read into records of the interchange format, which bring it in.

May import: interchange and below.
"""
