"""Draws the example pictures beside this file."""

from pathlib import Path

from tfstyle import examples, images

for name, draw in examples.PICTURES.items():
    images.write(draw(), Path(__file__).with_name(name), quality=92)
