"""Recognition of licence names and expressions as sources write them."""
