"""Showing verdicts: as text in the terminal, and as a JSON document."""
