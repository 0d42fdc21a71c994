"""Data elements: what a field means, how it is written and which standard says so.

The registry is content (``elements/*.yml``). A contract's field names its element by
``citybrain.element``; who has bound what, what is still unbound, what it could be, and which
fields contradict their element follows from the folder alone.
"""
