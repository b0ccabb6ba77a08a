"""Running a real ArkTS extension: a Node process as engine, everything that is stateful here."""
