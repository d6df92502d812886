"""Synthetic rooms: generated, drawn and labelled on the device itself (package)."""
