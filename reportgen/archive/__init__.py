"""What editions leave behind for the next ones and for auditors."""
