"""From records to the accepted view: identity, acceptance, disclosure, evidence."""
