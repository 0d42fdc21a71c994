"""How good the lake's tables are: measured once for each new snapshot, kept, and explained.

``measure`` looks at what is new and writes figures into the lake's database; everything else
reads them. The score is content (``quality/score.yml``): weights, grades and thresholds stand
in the city's folder, and whoever shows a score can show the formula with the figures in it.
"""
