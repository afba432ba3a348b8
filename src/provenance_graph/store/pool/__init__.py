"""Worker processes with limits that evaluate queries."""
