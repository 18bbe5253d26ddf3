"""The demo: a page for browsers, and the same for programs."""
