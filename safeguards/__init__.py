"""Keep a privacy policy's technical promises: encrypt, find, pseudonymise and assess personal data."""

__version__ = "0.1.0"
