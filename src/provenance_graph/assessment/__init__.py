"""Rubrics, evidence levels and transparency scores, each point down to its claims."""
