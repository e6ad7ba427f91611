"""The parts of the generator: where facts come from, how they are read, and the files that are written."""
