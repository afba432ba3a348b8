"""Which claim is accepted, and why: identity, policy, disclosure, evidence."""
