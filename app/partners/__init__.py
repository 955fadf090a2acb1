"""Partners: those who are told (webhooks), and those who hold a key.

`subscriptions` are managed; `enqueue` turns the change log into deliveries and `dispatch` hands
them out one by one; `signing` and `payloads` make what is sent, `targets` says where to, and
`exchange` is the one network call.

`registry` says what each holder of a key may have; `keys` are made, judged and rotated; `keyring`
remembers good ones for a moment; `usage` counts what they ask for. May import: published,
accounts, audit, changes, models, database, public, errors, kit.
"""
