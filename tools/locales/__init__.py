"""What the files of the languages take from elsewhere, and what is said of them."""
