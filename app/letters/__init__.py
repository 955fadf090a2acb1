"""Letters by e-mail: who gets a planned letter, how it is made, and how it is sent once.

A letter goes from `planned` through `handed` to `sent`, `refused` or `failed`. `handed` is
committed when the server waits for the text, just before the first byte of it goes. Whoever finds
a row in that state after a crash cannot know whether the server has the letter: it is then
`uncertain`, and only a person can say that it shall be sent again.
May import: outbox, accounts, leases, changes, models, database, settings, errors, kit.
"""
