"""Commands about licences."""
