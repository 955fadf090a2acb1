"""The demo: pages of the organisation on today's web, made in the reader's browser from the API.

May import: http, settings, resources. What is under `static/` uses public addresses alone, through
the client in `clients/js`, so it shows what any front end can do.
"""
