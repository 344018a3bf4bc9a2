"""The example service: invented people with valid identifiers, and the whole promise kept on them."""

from safeguards.plugins import require

require("faker", "pipeline")
