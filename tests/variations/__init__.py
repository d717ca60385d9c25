"""Right hand-ins, written otherwise: transformations of notebooks that leave what they compute as it is."""
