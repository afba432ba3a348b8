"""Commands that check, write and verify documents."""
