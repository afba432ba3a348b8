"""Headers, negotiation, limits, health, static files."""
