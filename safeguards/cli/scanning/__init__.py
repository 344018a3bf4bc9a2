"""What `safeguards scan` is made of: targets, gate and baseline, models and diffs, and its three reports."""
