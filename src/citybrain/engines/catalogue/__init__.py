"""The lake as people may see it: governed reads, collection, repair, integrity."""
