"""Letters by e-mail: the outbox, the sender, the faults of servers."""
