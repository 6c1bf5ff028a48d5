"""The command line: results on stdout, progress and errors on stderr, nothing heavy at start."""
