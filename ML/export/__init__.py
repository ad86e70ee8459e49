"""A library as files for other programs, and as one page to look at."""
