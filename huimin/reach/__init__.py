"""Who is entitled and whom the card reaches: by town and village, and as a work list."""
