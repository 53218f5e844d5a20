"""What leaves the machine by mail; the only room that speaks SMTP."""
