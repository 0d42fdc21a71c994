"""Standardisation: every delivered table once more, its values in their standard form."""

from citybrain.lake.standardise.gazetteer import Gazetteer, gazetteer
from citybrain.lake.standardise.generate import generated, kind_of, standardised

__all__ = ["Gazetteer", "gazetteer", "generated", "kind_of", "standardised"]
