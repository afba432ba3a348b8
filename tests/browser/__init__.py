"""A package, so that its fixtures can end with it: pytest knows no other end between file and run."""
