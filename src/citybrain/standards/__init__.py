"""National codes and check digits."""
