"""The ground of all pages: layout, words, forms, headers."""
