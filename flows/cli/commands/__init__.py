"""One module per command. Nothing heavy is imported before a command is called."""
