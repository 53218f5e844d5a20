"""Mails to be sent: their exact bytes in files, and what became of each in the run ledger's database."""
