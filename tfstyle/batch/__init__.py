"""Paints any number of pictures on Apache Beam; `tasks` alone knows no Beam."""
