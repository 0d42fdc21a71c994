"""Django apps that hold rules and rows; each is entered only through its service module."""
