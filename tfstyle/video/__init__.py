"""Film: a clip in, a painted clip out."""
