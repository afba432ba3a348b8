"""What every HTTP request passes: headers, negotiation, admission, limits, health, files."""
