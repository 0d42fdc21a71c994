"""The picture of an inclusion path: the lowest levels of the tree and its root."""

from dataclasses import dataclass

from citybrain.engines.catalogue.service import ProofView

DRAWN = 3  # levels shown; a real tree has more, and the picture says so
WIDTH, TOP, STEP = 440.0, 34.0, 62.0


@dataclass(frozen=True, kw_only=True)
class Node:
    """One node: ``role`` is path, neighbour or other; ``label`` may be empty."""

    x: float
    y: float
    role: str
    label: str = ""
    label_y: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One line; ``role`` is path or other, ``far`` that levels were left out."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str
    far: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Nodes and edges to draw, with how many levels the real tree has."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: float
    drawn: int
    levels: int


def picture(proof: ProofView) -> Picture:
    """Place the nodes: the leaf at the bottom, the root at the top, the path marked."""
    drawn = min(len(proof.path), DRAWN)
    far = len(proof.path) > drawn
    top = TOP + (STEP * 0.8 if far else 0)
    on_path = _on_path(proof, drawn)
    nodes, edges = [], []
    for depth in range(drawn + 1):
        for place in range(2**depth):
            x, y = _spot(depth, place, top)
            nodes.append(_node(proof, depth, place, drawn, on_path, x, y))
            if depth:
                px, py = _spot(depth - 1, place // 2, top)
                role = "path" if on_path[depth] == place else "other"
                edges.append(Edge(x1=px, y1=py, x2=x, y2=y, role=role))
    if far:
        edges.append(Edge(x1=WIDTH / 2, y1=TOP, x2=WIDTH / 2, y2=top, role="path", far=True))
        nodes.append(Node(x=WIDTH / 2, y=TOP, role="path"))
    return Picture(
        nodes=tuple(nodes),
        edges=tuple(edges),
        height=top + drawn * STEP + 40,
        drawn=drawn,
        levels=len(proof.path),
    )


def _on_path(proof: ProofView, drawn: int) -> list[int]:
    """For each depth of the picture, which place the path takes; depth 0 is the top."""
    places = [0]
    for step in reversed(proof.path[:drawn]):
        places.append(places[-1] * 2 + (1 if step.side == "left" else 0))
    return places


def _spot(depth: int, place: int, top: float) -> tuple[float, float]:
    return round(WIDTH * (place + 0.5) / 2**depth, 1), round(top + depth * STEP, 1)


def _node(
    proof: ProofView, depth: int, place: int, drawn: int, on_path: list[int], x: float, y: float
) -> Node:
    leaf = depth == drawn
    below = y + 28 if leaf else y - 14
    if on_path[depth] == place:
        return Node(x=x, y=y, role="path", label=f"{proof.number:,}" if leaf else "", label_y=below)
    if depth and on_path[depth] == place ^ 1:
        return Node(x=x, y=y, role="neighbour", label=str(drawn - depth + 1), label_y=below)
    return Node(x=x, y=y, role="other")
