"""The storage service's backup half: one session, its bundles, their timers, and what the caller is told."""
