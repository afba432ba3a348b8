"""CycloneDX bills of materials."""
