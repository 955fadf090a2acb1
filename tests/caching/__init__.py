"""The response cache: its behaviour through an application, and the oracle that watches it."""
