"""Text of one file, or of some, through a pipeline: filter, column, sort, unique, top, count.

Each operation is a stage; the first reads the file.  Editing a file in place has its own
module.
"""
