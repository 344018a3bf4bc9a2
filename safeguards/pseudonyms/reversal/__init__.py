"""Going back from pseudonyms: governed, recorded, and refused without either."""
