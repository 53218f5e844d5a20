"""When a report is due: calendars of working days, the job's `when`, what is due now, and what it waits for."""
