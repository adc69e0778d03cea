"""The database under every other room: engine, unit of work, column types, encryption of texts."""
