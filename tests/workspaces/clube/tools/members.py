"""A reading club's back office, in memory: enough to see that each effect happens once."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

LOANS = {"M-1": {"L-201": "on its way", "L-202": "returned"}, "M-2": {"L-300": "lost"}}
DONE: list[tuple[str, str]] = []
"""What was done: the idempotency key and the deed."""


def _said(context: Context, pt: str, en: str) -> str:
    return pt if context.language == "pt-BR" else en


def _theirs(context: Context, loan_id: str) -> str:
    loans = LOANS.get(context.external_id or "", {})
    if loan_id not in loans:
        raise ToolFailed(
            _said(context, f"Não encontrei o empréstimo {loan_id}.", f"I found no loan {loan_id}.")
        )
    return loans[loan_id]


@tool(effect="read", serves=("care", "transactions"))
def loan_status(loan_id: str, *, context: Context) -> Result:
    """Say where a book that was lent is.

    Args:
        loan_id: number of the loan, `L-` and three digits.
    """
    state = _theirs(context, loan_id)
    text = _said(context, f"O empréstimo {loan_id} está: {state}.", f"Loan {loan_id} is {state}.")
    return Result(text=text, data={"state": state})


@tool(effect="read")
def my_loans(*, context: Context) -> Result:
    """List this member's loans, newest first."""
    loans = LOANS.get(context.external_id or "", {})
    return Result(
        text=", ".join(loans),
        data={
            "loans": [
                {"loan_id": loan, "label": f"{loan} ({state})"} for loan, state in loans.items()
            ]
        },
    )


def _previewed(loan_id: str, amount: float, *, context: Context) -> Preview:
    _theirs(context, loan_id)
    text = _said(
        context,
        f"creditar R$ {amount:.2f} pelo empréstimo {loan_id}",
        f"credit R$ {amount:.2f} for loan {loan_id}",
    )
    return Preview(text=text, amount=amount)


@tool(effect="write", entity=("loan_id",), preview=_previewed, retry="key")
def credit_member(loan_id: str, amount: float, *, context: Context) -> Result:
    """Credit money to a member for a loan that went wrong.

    Args:
        loan_id: number of the loan, `L-` and three digits.
        amount: money to credit, in reais.
    """
    _theirs(context, loan_id)
    DONE.append((context.idempotency_key, f"credit {loan_id} {amount:.2f}"))
    text = _said(
        context,
        f"Creditei R$ {amount:.2f} pelo empréstimo {loan_id}.",
        f"I credited R$ {amount:.2f} for loan {loan_id}.",
    )
    return Result(text=text, data={"amount": amount})


tools = [loan_status, my_loans, credit_member]
