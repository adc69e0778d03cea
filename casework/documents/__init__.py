"""Papers: PDF/UA-1 by Typst, from data that is never read as markup."""
