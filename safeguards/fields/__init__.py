"""One field's cipher; column types, pipeline steps and commands are thin faces of it."""

from safeguards.fields.cipher import Cipher
from safeguards.fields.codec import Codec
from safeguards.fields.codecs import codec_for
from safeguards.fields.documents import Json
from safeguards.fields.lists import ListOf
from safeguards.fields.names import Names
from safeguards.fields.ngrams import Ngram
from safeguards.fields.normalise import Normaliser
from safeguards.fields.padding import Pad
from safeguards.fields.search import Bucket, Exact, LastDigits, Prefix, Search
from safeguards.fields.slices import Slice

__all__ = [
    "Bucket",
    "Cipher",
    "Codec",
    "Exact",
    "Json",
    "LastDigits",
    "ListOf",
    "Names",
    "Ngram",
    "Normaliser",
    "Pad",
    "Prefix",
    "Search",
    "Slice",
    "codec_for",
]
