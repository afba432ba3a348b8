"""Code shared by all routes of the REST API: snapshots, indexes, parameters, replies."""
