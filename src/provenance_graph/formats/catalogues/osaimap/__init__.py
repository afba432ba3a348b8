"""AI Stack Map: a crawl of Hub models and datasets, and the Open LLM Leaderboard, as CSV."""
