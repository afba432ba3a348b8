"""The processes of the service, and the channels between them."""
