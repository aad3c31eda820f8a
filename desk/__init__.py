"""The people's side: a queue, taking over, replying with help, handing back, parting, deciding approvals."""
