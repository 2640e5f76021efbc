"""Tests of the room awards."""
