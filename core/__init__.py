"""What every folder stands on: settings, errors, database, events, discovery, audit, clock, ids."""
