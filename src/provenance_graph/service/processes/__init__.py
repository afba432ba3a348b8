"""The processes of the service and how they talk."""
