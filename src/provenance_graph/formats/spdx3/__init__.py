"""Reader of SPDX 3 documents."""
