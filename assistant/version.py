"""The version, which lower packages name too (to the sites they fetch from)."""

__version__ = "0.1.0"
