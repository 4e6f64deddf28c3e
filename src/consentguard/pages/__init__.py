"""Our own URLs and what visitors meet there: values in, markup or an outcome out, no I/O."""
