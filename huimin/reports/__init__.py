"""What the county reads: monthly report and exports."""
