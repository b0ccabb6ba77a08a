"""What changed since the last backup: stat list, manifest, and their comparison (data-plane 5)."""
