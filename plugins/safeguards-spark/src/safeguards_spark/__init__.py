"""pii-safeguards on Apache Spark.

protect(df, pipeline) gives what pipeline.run gives on one machine; detect and measure count as Spark does.
"""

from safeguards_spark.detect import Found, detect
from safeguards_spark.observation import Observation, manifest
from safeguards_spark.protect import protect
from safeguards_spark.release import release
from safeguards_spark.risk import measure

__all__ = ["Found", "Observation", "detect", "manifest", "measure", "protect", "release"]
