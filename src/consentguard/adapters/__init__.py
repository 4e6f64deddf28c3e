"""One file a framework; each imports its framework, nobody imports them."""
