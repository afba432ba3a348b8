"""Network access: the only package of the readers that fetches documents."""
