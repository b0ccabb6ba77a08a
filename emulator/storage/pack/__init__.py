"""How files leave a sandbox: tar archives, the slices that they are cut into, and the index that names them (data-plane 3)."""
