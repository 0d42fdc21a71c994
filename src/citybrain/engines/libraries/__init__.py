"""Models and base libraries as people may see them: built, asked, judged, traced."""
