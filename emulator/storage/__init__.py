"""What lies on the emulated device: the sandbox of a bundle, and the seam through which files leave and come back."""
