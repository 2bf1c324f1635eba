"""Measuring the assistant against question sets."""
