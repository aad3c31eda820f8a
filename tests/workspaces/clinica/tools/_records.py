"""The clinic's records, in memory."""

from core.errors import ToolFailed
from tools import Context

VISITS = {
    "P-1": {
        "V-1002": {"doctor": "Dra. Prado", "day": "2026-03-20", "fee": 120.0, "past": False},
        "V-1001": {"doctor": "Dr. Reis", "day": "2026-03-12", "fee": 0.0, "past": False},
    },
    "P-2": {"V-2001": {"doctor": "Dr. Reis", "day": "2026-02-10", "fee": 0.0, "past": True}},
    "P-3": {},
}
DONE: list[tuple[str, str]] = []
"""What was done: the idempotency key and the deed."""


def said(context: Context, pt: str, en: str) -> str:
    """Choose the words of the customer's language."""
    return pt if context.language == "pt-BR" else en


def visit_of(context: Context, visit_id: str) -> dict[str, object]:
    """Give a visit of this patient; another's looks the same as none."""
    visits = VISITS.get(context.external_id or "", {})
    if visit_id not in visits:
        raise ToolFailed(
            said(context, f"Não encontrei a consulta {visit_id}.", f"I found no visit {visit_id}.")
        )
    return visits[visit_id]
