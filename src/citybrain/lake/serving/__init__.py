"""Point reads of libraries, from an indexed copy that is swapped at once.

``publish`` makes the copy of a library's published snapshot, ``Serving`` reads it: an entity by
its id or number, people and companies by name, pinyin or the beginning of a number.
"""

from citybrain.lake.serving.places import Version, current
from citybrain.lake.serving.publishing import Published, publish
from citybrain.lake.serving.read import Hit, Serving

__all__ = ["Hit", "Published", "Serving", "Version", "current", "publish"]
