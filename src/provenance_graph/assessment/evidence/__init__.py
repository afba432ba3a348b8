"""Evidence about a model, gathered from claims, and the evidence tables made from it."""
