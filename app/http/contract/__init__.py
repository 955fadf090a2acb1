"""The contract (OpenAPI 3.1): what FastAPI derives from the routes, completed and made small.

`complete` does one step after the other. `audience` takes the part that readers of the public API
need. May import what `app.http` may.
"""
