"""How the contacts ended, by contact reason; and the worst of them, to be read."""

from collections import Counter
from collections.abc import Iterable

from .contact import Contact

ENDS = ("solved", "person", "unsolved", "wrong")


def table(ended: Iterable[tuple[str, str]]) -> str:
    """Draw a table of ends by contact reason."""
    counted: dict[str, Counter[str]] = {}
    for goal, end in ended:
        counted.setdefault(goal, Counter())[end] += 1
        counted.setdefault("all", Counter())[end] += 1
    lines = [f"{'contact reason':22}" + "".join(f"{end:>10}" for end in ENDS)]
    lines += [
        f"{goal:22}" + "".join(f"{counted[goal][end]:>10}" for end in ENDS)
        for goal in sorted(counted, key=lambda name: (name == "all", name))
    ]
    return "\n".join(lines)


def transcripts(contacts: Iterable[tuple[Contact, str]], only: tuple[str, ...]) -> str:
    """Write out the contacts that ended in one of these ways."""
    parts = []
    for contact, end in contacts:
        if end in only:
            plan = contact.plan
            head = f"## {plan.goal.name} · {plan.language} · {plan.channel} · {end}"
            said = "\n".join(f"  {who}: {text}" for who, text in contact.transcript)
            parts.append(f"{head}\n{said}")
    return "\n\n".join(parts)
