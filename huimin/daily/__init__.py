"""What the county does once a day without a person: `huimin day run`, called by a timer."""
