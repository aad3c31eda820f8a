"""The people's side: the queue, taking over, replying with help, handing back, deciding approvals, parting
what was wrongly merged."""
