"""Numbers as the geometry of SVG: the pages draw without a script."""

from citybrain.interfaces.cockpit.drawing.hours import bars, line
from citybrain.interfaces.cockpit.drawing.portrait import portrait
from citybrain.interfaces.cockpit.drawing.wide import wide

__all__ = ["bars", "line", "portrait", "wide"]
