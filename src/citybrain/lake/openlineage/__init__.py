"""Lineage for other catalogues: runs of the lake as OpenLineage events.

Each table of a collecting run and each build of a model is one OpenLineage run: a START event,
and a COMPLETE or FAIL event that carries schema, column lineage, source and quality. Events
are made from what the lake wrote down, so that they can be made again at any time; the same
run has the same id. No value of any row is in them.
"""
