"""The tables of conversations; the rows are the truth, whatever runs the work.

Moments are seconds since 1970, of `domain_now`; leases and `due_at` are of the database's own clock.
Every key carries `workspace_id`.
"""

import sqlalchemy as sa

from core.columns import KEY, WORD, workspace
from core.database import Moment, metadata
from core.retention import Kept

conversations = sa.Table(
    "conversations",
    metadata,
    workspace(),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("customer_id", KEY, nullable=False),
    sa.Column("shard", sa.Integer, nullable=False),
    sa.Column("state", WORD, nullable=False),  # open | closed | merged
    sa.Column("owner", WORD, nullable=False),  # ai | queue | person
    sa.Column("owner_name", KEY, nullable=False),
    # Grows with each new customer message and each change of owner; a turn is valid for one value.
    sa.Column("fence", sa.Integer, nullable=False),
    # Grows with each change of owner only: a draft of an earlier tenure never goes out.
    sa.Column("tenure", sa.Integer, nullable=False),
    # Grows with each claim: what an earlier holder of the lease prepared is refused.
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("lease_owner", KEY),
    sa.Column("lease_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("ready_at", Moment),  # null: nothing waits
    sa.Column("first_waiting_at", Moment),
    sa.Column("answer_by", Moment),
    sa.Column("stale_reruns", sa.Integer, nullable=False),
    sa.Column("message_seq", sa.Integer, nullable=False),
    sa.Column("feed_seq", sa.Integer, nullable=False),
    # Messages up to here have been through the graph; what a person was told afterwards has not.
    sa.Column("seen_seq", sa.Integer, nullable=False),
    # Messages up to here are in the summary and found by `message_terms`.
    sa.Column("summed_seq", sa.Integer, nullable=False),
    sa.Column("language", WORD, nullable=False),  # empty: not known yet
    # Where she wrote last: from which channel, to which account of ours, from which address.
    sa.Column("channel", WORD, nullable=False),
    sa.Column("account", KEY, nullable=False),
    sa.Column("address", KEY, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("outcome", WORD, nullable=False),  # of a closed one; see `conversations.closing`
    # Lived through with simulated customers, for a demo; never a real person's.
    sa.Column("simulated", sa.Boolean, nullable=False),
    # The customer whose open conversations become one as soon as no turn runs in them; see `merging`.
    sa.Column("joining", KEY),
    # Of a merged one: where it went on, and how many entries that one's feed had before.
    sa.Column("redirect_to", KEY),
    sa.Column("feed_offset", sa.Integer),
)
sa.Index(
    "ix_conversations_joining",
    conversations.c.workspace_id,
    conversations.c.joining,
    sqlite_where=conversations.c.joining.is_not(None),
    postgresql_where=conversations.c.joining.is_not(None),
)
sa.Index(
    "uq_conversations_open",
    conversations.c.workspace_id,
    conversations.c.customer_id,
    unique=True,
    sqlite_where=conversations.c.state == "open",
    postgresql_where=conversations.c.state == "open",
)
sa.Index("ix_conversations_ready", conversations.c.workspace_id, conversations.c.ready_at)
sa.Index("ix_conversations_owner", conversations.c.workspace_id, conversations.c.owner)

tokens = sa.Table(
    "conversation_tokens",
    metadata,
    workspace(),
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    workspace(),
    sa.Column("message_id", KEY, primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False),
    # The conversation it was said in, if that was merged with this one; null: this one.
    sa.Column("origin_conversation_id", KEY),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("role", WORD, nullable=False),  # customer | ai | person | system
    sa.Column("class", WORD, nullable=False),  # conversation | notice | internal
    sa.Column("channel", WORD, nullable=False),
    sa.Column("account", KEY, nullable=False),
    sa.Column("address", KEY, nullable=False),
    # Inbound `channel:account:address:provider_message_id`; outbound `turn_id:n`.
    sa.Column("key", sa.String(600), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),
    sa.Column("citations", sa.JSON, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False),
    sa.Column("event", sa.JSON, nullable=False),  # what an internal event says; else {}
    sa.Column("agent", KEY, nullable=False),  # agent's or person's name
    sa.Column("language", WORD, nullable=False),
    sa.Column("state", WORD, nullable=False),  # waiting | done
    sa.Column("turn_id", KEY),
    sa.Column("provider_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("workspace_id", "key"),
    sa.UniqueConstraint("workspace_id", "conversation_id", "sequence"),
)
sa.Index(
    "ix_messages_waiting",
    messages.c.workspace_id,
    messages.c.conversation_id,
    # In order as well: else SQLite walks all messages of the conversation for the order's sake.
    messages.c.sequence,
    sqlite_where=messages.c.state == "waiting",
    postgresql_where=messages.c.state == "waiting",
)
sa.Index("ix_messages_turn", messages.c.workspace_id, messages.c.turn_id)

# What goes out through a provider: written with its message, worked off by `conversations.courier`.
outbox = sa.Table(
    "outbox",
    metadata,
    workspace(),
    sa.Column("delivery_id", KEY, primary_key=True),
    # What the provider is given at every try: the message's key, and from the second part on its number.
    sa.Column("key", sa.String(600), nullable=False),
    sa.Column("conversation_id", KEY, nullable=False),
    sa.Column("message_id", KEY, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),  # of the message
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("channel", WORD, nullable=False),
    sa.Column("account", KEY, nullable=False),
    sa.Column("role", WORD, nullable=False),  # ai | person
    sa.Column("class", WORD, nullable=False),  # mandatory | transactional | promotional
    sa.Column("lane", sa.Integer, nullable=False),  # the lower one goes first
    sa.Column("body", sa.JSON, nullable=False),  # as the channel wrote it
    sa.Column("state", WORD, nullable=False),  # see `conversations.outbox`
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", Moment),  # null: nothing is left to do
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("lease_owner", KEY),
    sa.Column("lease_until", Moment),
    # Of one of its tries nobody knows how it ended: it may have arrived, whatever came of the later ones.
    sa.Column("doubted", sa.Boolean, nullable=False),
    # A person took over while it was on its way: it is not tried again.
    sa.Column("recalled", sa.Boolean, nullable=False),
    sa.Column("provider_message_id", KEY, nullable=False),
    sa.Column(
        "receipt", WORD, nullable=False
    ),  # the provider's word: sent | delivered | read | failed
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("settled_at", Moment),
    sa.UniqueConstraint("workspace_id", "key"),
)
sa.Index(
    "ix_outbox_open",
    outbox.c.workspace_id,
    outbox.c.conversation_id,
    outbox.c.lane,
    outbox.c.sequence,
    outbox.c.part,
    sqlite_where=outbox.c.due_at.is_not(None),
    postgresql_where=outbox.c.due_at.is_not(None),
)
sa.Index("ix_outbox_message", outbox.c.workspace_id, outbox.c.message_id)
sa.Index("ix_outbox_provider", outbox.c.workspace_id, outbox.c.provider_message_id)
sa.Index(
    "ix_outbox_letters",
    outbox.c.workspace_id,
    outbox.c.settled_at,
    sqlite_where=outbox.c.state.in_(("dead", "unknown")),
    postgresql_where=outbox.c.state.in_(("dead", "unknown")),
)

# What was said beyond the window of the graph's state, kept so that it is found without reading all.
# Written after a commit, in batches; what is newer is read from `messages`.
summaries = sa.Table(
    "summaries",
    metadata,
    workspace(),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("up_to_message_id", KEY, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),  # what `conversations.summing` makes
    sa.Column("updated_at", Moment, nullable=False),
)

message_terms = sa.Table(
    "message_terms",
    metadata,
    workspace(),
    sa.Column("conversation_id", KEY, primary_key=True),
    # A stem, `=meaning`, or `#kind` of a value that stands in the message.
    sa.Column("term", KEY, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
)

attachments = sa.Table(
    "attachments",
    metadata,
    workspace(),
    sa.Column("attachment_id", KEY, primary_key=True),
    sa.Column("conversation_id", KEY, index=True),  # null: no message has named it yet
    sa.Column("digest", sa.String(64), nullable=False, index=True),  # SHA-256; the file's name
    sa.Column("name", KEY, nullable=False),  # as its sender called it, without folders
    sa.Column("type", WORD, nullable=False),  # by its content
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sa.Column("created_at", Moment, nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    workspace(),
    sa.Column("turn_id", KEY, primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("status", WORD, nullable=False),  # committed | withheld | dead
    sa.Column("trigger", WORD, nullable=False),  # messages | handback | approval
    # The four answers.
    sa.Column("next", sa.JSON, nullable=False),
    sa.Column("agents", sa.JSON, nullable=False),
    sa.Column("context", sa.JSON, nullable=False),
    sa.Column("person", sa.JSON, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),  # path, review, decision, signals, ...
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("input_tokens", sa.Integer, nullable=False),
    sa.Column("output_tokens", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.Double, nullable=False),
    sa.Column("degraded", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("ms", sa.Double, nullable=False),
    sa.Column("waited_ms", sa.Double, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment, nullable=False),
)

# What the routing model wants of a message that was read without it, beside what was taken: no words of hers.
# Whose it is, its turn's record says.
route_samples = sa.Table(
    "route_samples",
    metadata,
    workspace(),
    sa.Column("turn_id", KEY, primary_key=True),
    sa.Column("confidence", sa.Double, nullable=False),  # of the reading that was taken, two places
    sa.Column("taken", sa.Text, nullable=False),  # intents: a JSON list, sorted
    sa.Column("routed", sa.Text, nullable=False),  # the same of the model's
    sa.Column("asked_at", Moment, nullable=False),
)
sa.Index("ix_route_samples_asked", route_samples.c.workspace_id, route_samples.c.asked_at)

effects = sa.Table(
    "effects",
    metadata,
    workspace(),
    sa.Column("proposal_id", KEY, primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("turn_id", KEY, nullable=False, index=True),  # the turn or approval that executed it
    sa.Column("run", sa.Integer, nullable=False),  # epoch of the run that started it
    sa.Column("tool", KEY, nullable=False),
    sa.Column("proposal", sa.JSON, nullable=False),
    sa.Column("state", WORD, nullable=False),  # started | done | failed | unknown
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    # Null: its turn, its approval or the sweep has told of it.
    sa.Column("untold_since", Moment),
)

sa.Index(
    "ix_effects_untold",
    effects.c.workspace_id,
    effects.c.conversation_id,
    sqlite_where=effects.c.untold_since.is_not(None),
    postgresql_where=effects.c.untold_since.is_not(None),
)

approvals = sa.Table(
    "approvals",
    metadata,
    workspace(),
    sa.Column("approval_id", KEY, primary_key=True),  # the proposal's id and its thread's
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("customer_id", KEY, nullable=False),
    sa.Column("proposed_in", KEY, nullable=False),  # the turn whose commit made it
    sa.Column("proposal", sa.JSON, nullable=False),
    # pending | decided | done | failed | unknown | rejected | expired | withdrawn | lost | erased
    sa.Column("state", WORD, nullable=False),
    sa.Column("decision", sa.JSON, nullable=False),
    sa.Column("decided_by", KEY, nullable=False),
    sa.Column("decided_at", Moment),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("lease_owner", KEY),
    sa.Column("lease_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", Moment),  # when the driver should look; null: nothing to drive
    sa.Column("outcome", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
)
sa.Index("ix_approvals_state", approvals.c.workspace_id, approvals.c.state, approvals.c.due_at)
sa.Index(
    "ix_approvals_customer",
    approvals.c.workspace_id,
    approvals.c.customer_id,
    approvals.c.created_at,
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    workspace(),
    sa.Column("handoff_id", KEY, primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("customer_id", KEY, nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("packet", sa.JSON, nullable=False),
    sa.Column("state", WORD, nullable=False),  # waiting | taken | returned | withdrawn
    sa.Column("turn_id", KEY),
    sa.Column("taken_by", KEY, nullable=False),
    sa.Column("handback", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("taken_at", Moment),
    sa.Column("returned_at", Moment),
)
sa.Index("ix_handoffs_state", handoffs.c.workspace_id, handoffs.c.state, handoffs.c.created_at)

feed = sa.Table(
    "feed",
    metadata,
    workspace(),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("kind", WORD, nullable=False),  # message | status | done | error
    sa.Column("turn_id", KEY),
    sa.Column("staff_only", sa.Boolean, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    workspace(),
    sa.Column("thread_id", KEY, primary_key=True),  # a conversation's id or an approval's
    sa.Column("namespace", sa.String(400), primary_key=True),
    sa.Column("conversation_id", KEY, nullable=False, index=True),
    sa.Column("checkpoint_id", KEY, nullable=False),
    sa.Column("checkpoint", sa.LargeBinary, nullable=False),
    sa.Column("metadata", sa.LargeBinary, nullable=False),
    sa.Column("writes", sa.LargeBinary, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

# How two conversations stood when they became one, so that it can be taken back; see `conversations.parting`.
merges = sa.Table(
    "merges",
    metadata,
    workspace(),
    sa.Column("merge_id", KEY, primary_key=True),
    sa.Column("kept_id", KEY, nullable=False, index=True),
    sa.Column(
        "merged_id", KEY, index=True
    ),  # null: a stranger's was given to a customer without one
    sa.Column("stranger_id", KEY, nullable=False),  # whose one of them was before
    sa.Column("kept", sa.JSON, nullable=False),  # their rows
    sa.Column("merged", sa.JSON, nullable=False),
    sa.Column("ended_handoff_id", KEY),  # of two that were open
    # Keys of rows that the stranger's had then, by table; messages, deliveries and the feed have numbers.
    sa.Column("theirs", sa.JSON, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

# Messages that were erased, each by the SHA-256 of its key.
forgotten = sa.Table(
    "forgotten",
    metadata,
    workspace(),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("erased_at", Moment, nullable=False),
)


def _closed_at(table: sa.Table) -> sa.ScalarSelect[float]:
    """Give when the conversation of a row was closed; null while it is open."""
    return (
        sa.select(conversations.c.closed_at)
        .where(
            conversations.c.workspace_id == table.c.workspace_id,
            conversations.c.conversation_id == table.c.conversation_id,
        )
        .scalar_subquery()
    )


kept = (
    # A closed conversation is never gone on with; its transcript stays, and approvals have their own.
    Kept(
        rows="checkpoints",
        table=checkpoints,
        since=_closed_at(checkpoints),
        days=30,
        where=checkpoints.c.thread_id == checkpoints.c.conversation_id,
    ),
    # Later than that a merge is not taken back; the states of both are kept with it.
    Kept(rows="merges", table=merges, since=merges.c.at, days=30),
    Kept(
        rows="merge_states",
        table=checkpoints,
        since=checkpoints.c.updated_at,
        days=30,
        where=checkpoints.c.thread_id.like("merge\\_%:%", escape="\\"),
    ),
    # Whoever comes back later than that begins anew.
    Kept(rows="conversation_tokens", table=tokens, since=_closed_at(tokens), days=90),
    # The transcript has the words; what is dead or unknown waits for people.
    Kept(
        rows="outbox",
        table=outbox,
        since=outbox.c.settled_at,
        days=30,
        where=outbox.c.state.in_(("sent", "cancelled")),
    ),
    Kept(rows="route_samples", table=route_samples, since=route_samples.c.asked_at, days=180),
    # A provider sends a message again for a week at most.
    Kept(rows="forgotten", table=forgotten, since=forgotten.c.erased_at, days=30),
)
