"""The data plane, without Django: store, collect, query, verify."""
