"""What all pages share: layout, words, headers."""
