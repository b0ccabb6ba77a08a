"""What the app's code may call."""
