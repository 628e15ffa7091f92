"""Measurements: each compares with a peer in the same run and prints figures and ratios. Never part of the tests."""
