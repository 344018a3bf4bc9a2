"""Parts of lists, structs, maps and JSON documents, by their paths."""
