"""The ArkTS half: an app's own .ets files, transpiled and run by Node in virtual time."""
