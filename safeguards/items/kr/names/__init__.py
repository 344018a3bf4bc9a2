"""Names of persons in Korean text: readings of words, named features, and a small logistic model over them.

From the bottom up: `lexicon` and `titles` hold words; `endings` what is written onto names; `readings` what a
word may be; `scene` is a text as words; `context` names what stands beside a reading; `drafts` joins both to
features; `model` weighs them by `weights`, which benchmarks/fit_names.py fits; `rules` makes candidates;
`anchors` selects texts.
"""
