"""Aurora's last ninety days, lived through by simulated customers and staff with the real product.

    python -m examples.aurora.life [--days 90] [--seed 1] [--out data/life.jsonl.gz]

`stage` runs the product in process on a clock of its own; `past` keeps the shop's records as they were on
each day; `people` draws who writes when and about what; `customer` and `contact` are the two
sides of a contact; `report` says how it ended. What they say stands in the YAML files beside.
"""
