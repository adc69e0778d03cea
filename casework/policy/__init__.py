"""Policy changed in the program: proposed by one person, run over past cases, adopted by a second."""
