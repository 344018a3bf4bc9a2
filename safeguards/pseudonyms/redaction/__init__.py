"""Free text without the personal data that is found in it."""
