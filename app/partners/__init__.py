"""Partners who are told: subscriptions, what is sent to them, signed, and where it may go.

`subscriptions` are managed; `queueing` turns the change log into deliveries and `delivering` hands
them out one by one; `signing` and `payloads` make what is sent, `targets` says where to, and
`exchange` is the one network call. May import: published, accounts, audit, changes, models,
database, errors, kit.
"""
