"""The libraries' door: models, builds, queries, golden records, findings and trace.

Everything takes the actor first. What shows values leaves an entry per thing and hands out
nothing before that entry is durable; results are frozen dataclasses of plain values, so that
a page and its ``.csv`` and ``.json`` twins render the same object.
"""

__all__: list[str] = []
