"""Explains error texts: what a piped log or a quoted message means, why, and what to do.

The knowledge is in ``catalogue/*.yaml``; the modules here only find the entry that fits and
fill it in.  Nothing here runs a command or asks a model.
"""
