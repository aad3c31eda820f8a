"""The graph as a picture would draw it: its nodes, what they are, and where each may go."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from agents import Specialist

Kind = Literal["start", "stage", "perceiving", "specialist", "end"]


class Node(TypedDict):
    """A step of the graph."""

    name: str
    kind: Kind
    """`stage`: part of every turn; `perceiving` and `specialist`: an agent, called by a stage."""

    purpose: str
    """What an agent is for, in one sentence; empty for the others."""


class Picture(TypedDict):
    """All nodes, and the pairs of names between which a turn may go."""

    version: str
    nodes: list[Node]
    edges: list[tuple[str, str]]


def picture(graph: Any, members: Mapping[str, Specialist], *, version: str) -> Picture:
    """Read a compiled graph."""
    drawn = graph.get_graph()
    return Picture(
        version=version,
        nodes=[_node(name, members.get(name)) for name in drawn.nodes],
        edges=sorted((edge.source, edge.target) for edge in drawn.edges),
    )


def _node(name: str, member: Specialist | None) -> Node:
    if member is not None:
        kind: Kind = "perceiving" if member.perceives else "specialist"
        return Node(name=name, kind=kind, purpose=member.purpose)
    ends: dict[str, Kind] = {"__start__": "start", "__end__": "end"}
    return Node(name=name, kind=ends.get(name, "stage"), purpose="")
