"""Forms: what each asks for, as data, and filled ones as claims."""
