"""The steps that encrypt and decrypt columns."""
