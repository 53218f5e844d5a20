"""The demonstration bank: a seeded bank of 24 months that does not exist, with stories planted in it."""
