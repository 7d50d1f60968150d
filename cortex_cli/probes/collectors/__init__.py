"""The collectors, a module for each area: (machine, values) to a reading, or None.

None means that the question is not about this machine after all.  They read, word nothing,
and know neither questions nor the catalogue.
"""
