"""The commands, one module each with a ``command``; ``cli`` finds them by name."""
