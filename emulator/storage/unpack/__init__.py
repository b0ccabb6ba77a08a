"""How blobs become files again: the unpacker, and the two restore flows over a staging directory (data-plane 4)."""
