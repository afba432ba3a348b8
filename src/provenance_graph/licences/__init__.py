"""What a licence allows along lineage: rules, duties, uses, notices."""
