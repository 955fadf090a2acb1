"""Measurements: requests per second beside a bare server, pages deep in a large archive, and how
well searches find.

Uses the application as its tests do, and the tables, to fill a store fast. Not a part of the
application: nothing there may import it.
"""
