"""What an export or a report is made from, gathered once."""
