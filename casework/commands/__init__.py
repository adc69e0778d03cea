"""The shell commands, a module per group."""
