"""People, departments, posts, duties and accounts."""
