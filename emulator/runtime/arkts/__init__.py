"""ArkTS subjects: modules that run in an engine process of their own, in the device's virtual time."""
