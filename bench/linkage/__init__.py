"""Made-up mentions for the benchmark of the libraries: all of it is drawn, nobody is real."""
