"""Claims out: one writer per format, and what each cannot hold."""
