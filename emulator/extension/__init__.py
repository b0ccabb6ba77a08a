"""The native half of the extension process: it calls the app's callbacks, polls onProcess, times them, and releases."""
