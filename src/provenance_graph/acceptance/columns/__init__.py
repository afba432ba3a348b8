"""The accepted view of many subjects at once: ``accept``, with each claim's ``basis`` and ``items``."""
