"""Before anything leaves: what a run would make, and who releases what it made."""
