"""Steps of the database's shape."""
