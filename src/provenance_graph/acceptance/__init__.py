"""The acceptance of claims, with reasons: identity, policy, disclosure, evidence."""
