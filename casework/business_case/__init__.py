"""The mini-business-case of a case: lines with parties on the new and the regular side."""
