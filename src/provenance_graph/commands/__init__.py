"""The commands by subject, one module each with a ``command``; ``cli`` finds them by name."""
