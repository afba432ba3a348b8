"""Licence names and expressions as sources write them."""
