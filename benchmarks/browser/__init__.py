"""What a real Chromium measures of pages with us; the suite measures no time."""
