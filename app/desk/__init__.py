"""The desk: serving the screens in which editors work, and signing in to them.

May import: http, runtime, settings. The screens are built from `desk/` into `built/`; they use
`/v1/admin` as any other program would. Nothing here knows what an article is.
"""
