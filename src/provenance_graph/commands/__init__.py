"""The commands by subject, one module each with a ``command``, which ``cli`` finds by name."""
