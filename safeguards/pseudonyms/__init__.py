"""Values to pseudonyms inside a domain: one-way tokens, masks, bands and groups.

Every transform is a small piece of data that names keys and never holds one. Hashes without a key are not
offered: all phone numbers can be hashed in minutes.
"""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "pipeline")
require("numpy", "pipeline")

from safeguards.pseudonyms.build import transform_from  # noqa: E402
from safeguards.pseudonyms.domain import Domain  # noqa: E402
from safeguards.pseudonyms.generalise import Generalise  # noqa: E402
from safeguards.pseudonyms.mask import Mask  # noqa: E402
from safeguards.pseudonyms.plainly import Drop, Keep  # noqa: E402
from safeguards.pseudonyms.token import Token  # noqa: E402
from safeguards.pseudonyms.transform import Traits, Transform  # noqa: E402

__all__ = ["Domain", "Drop", "Generalise", "Keep", "Mask", "Token", "Traits", "Transform", "transform_from"]
