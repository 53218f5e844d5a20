"""The nineteen tables, one a file: each turns the bank into columns."""
