"""The clients of `clients/`, as programs that use them: against a service that really serves."""
