"""Paints any number of pictures on Apache Beam; `work` alone knows no Beam."""
