"""One field's cipher; column types, pipeline steps and commands are thin faces of it."""

from safeguards.fields.cipher import Cipher
from safeguards.fields.codec import Codec
from safeguards.fields.codecs import codec_for
from safeguards.fields.documents import Json
from safeguards.fields.lists import ListOf
from safeguards.fields.names import Names
from safeguards.fields.search import Exact

__all__ = ["Cipher", "Codec", "Exact", "Json", "ListOf", "Names", "codec_for"]
