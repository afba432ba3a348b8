"""What all routes of the REST API share: the snapshot they read, its indexes, parameters, replies."""
