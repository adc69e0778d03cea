"""Account numbers: the fund's own, the partners', and a payee's that was wrong. Changed under four eyes."""
