"""A whole digital city from one folder: a governed lake, its rules, and the pages people see."""
