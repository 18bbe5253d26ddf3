"""Paints any number of pictures on Apache Beam; `transforms` alone knows no Beam."""
