"""Reader of CycloneDX bills of materials."""
