"""One field's cipher; column types, pipeline steps and commands are thin faces of it."""

from safeguards.fields.cipher import Cipher
from safeguards.fields.codec import Codec, codec_for
from safeguards.fields.search import Exact

__all__ = ["Cipher", "Codec", "Exact", "codec_for"]
