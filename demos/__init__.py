"""A demo company's lived-in past: what simulated customers and staff went through, loaded at first start.

    generate   a workspace's own command lives the days through with the product, on a clock of its own
    dump       `dump.write` keeps the rows in one file, `data/life.jsonl.gz` of the workspace
    load       `loading.load` puts them into an empty database, moved to today, marked `simulated`

Only a workspace with `demo: true` has one, and only a database without conversations takes it.
"""
