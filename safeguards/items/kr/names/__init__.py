"""Names of persons in Korean text: readings of words, features, and a small logistic model over them."""
