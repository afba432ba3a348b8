"""Licences along lineage: permissions, duties, restrictions, rules, planned uses, notices."""
