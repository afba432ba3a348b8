"""Commands about models: lists, profiles, claims, history, comparison, conflicts."""
