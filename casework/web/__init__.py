"""The pages, a blueprint per audience. A view parses, calls one service or query, and answers."""
