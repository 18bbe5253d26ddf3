"""Networks as files that run without Keras."""
