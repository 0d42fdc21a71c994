"""Made-up mentions for the benchmark of the libraries; everything in it is drawn, nobody is real."""
