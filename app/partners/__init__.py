"""Partners: the targets of webhooks, and the holders of keys.

`subscriptions` manages webhooks. `enqueue` turns the change log into deliveries, and `dispatch`
sends them one by one. `signing` and `payloads` make the messages, `targets` checks the addresses,
and `exchange` is the one network call.

`registry` holds the rights of each partner. `keys` makes, verifies and rotates keys; `keyring`
caches verified keys for seconds; `usage` counts requests. May import: published, accounts, audit,
changes, models, database, public, errors, kit.
"""
