"""Python subjects: ordinary code in virtual time."""
