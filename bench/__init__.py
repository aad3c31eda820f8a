"""Measurements: what a turn costs, each figure beside a reference that was measured in the same run.

    python -m bench
    python -m bench --quick --only client

Nothing here asserts: a gate of the design is shown, and whether it holds on this machine now. CPU is
of processes, not of the clock, so that a busy machine does not change it much; turns per second are.
"""
