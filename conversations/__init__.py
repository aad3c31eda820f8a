"""Conversations: transcript, mailbox, ownership, turns and what they commit, approvals, hand-offs, feed.

A message's way: `accept` → `mailbox.claim` → `runner` → `commit`; who may speak stands in `ownership`.
A write's that people decide on: `approvals` → `acting`; a delivery's: `outbox` → `sending` → `settling`.
"""
