"""What stands in an output, counted and held against its manifest."""
