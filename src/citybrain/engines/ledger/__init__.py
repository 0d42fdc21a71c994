"""Entries of who did what, in a Merkle tree with signed checkpoints."""
