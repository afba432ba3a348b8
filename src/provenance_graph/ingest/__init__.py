"""Read, keep, identify, accept, validate; or report what is wrong."""
