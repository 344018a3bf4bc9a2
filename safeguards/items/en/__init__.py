"""Personal data as English text writes it."""
