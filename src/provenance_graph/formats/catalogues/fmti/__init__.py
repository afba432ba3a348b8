"""Reader of the Foundation Model Transparency Index."""
