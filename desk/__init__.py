"""The people's side: the queue, taking over, replying, handing back, deciding approvals."""
