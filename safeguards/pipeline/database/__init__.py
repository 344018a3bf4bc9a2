"""Results as tables of a database, and the constraints there."""
