"""Disk images, emulator runs and boot scenarios of EriX.

Standard library only. docs/reference/scenarios.md describes the data that these modules read.
"""
