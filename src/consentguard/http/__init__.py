"""Headers: cookies in, Set-Cookie out, Link, Refresh, Cache-Control, ETag."""
