"""The banner's style sheet and scripts: readable sources, served as they are."""
