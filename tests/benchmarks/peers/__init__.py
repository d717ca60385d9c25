"""Other tools on the same notebook, each in its own way, in an environment of their own."""
