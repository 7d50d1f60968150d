"""Archives: create, unpack, list, add to; the name's extension decides the program."""
