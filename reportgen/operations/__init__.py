"""For those who run it: what happened as log lines, figures for monitoring, and notices when a run fails or is late."""
