"""Aurora's back office: what a real shop would have behind an API, here one SQLite file.

`store` keeps customers, products and orders; `words` says them in the customer's language.
"""
