"""The outside world behind Protocols that lower floors declare."""
