"""Layer-wise inference: tiles of a picture pass a network's stages, one stage after the other.

Tiles that are normalised with the statistics of the whole picture come out as the whole does, but a
layer's statistics are known only when all layers before it have been computed everywhere. So the
network is partitioned into stages, each of which ends where the next normalisation measures. All
tiles pass a stage, its feature maps are kept in files, its statistics are accumulated over the
tiles, and the next stage goes on from there. Every layer is computed once.
"""
