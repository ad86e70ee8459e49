"""Supervised contrastive training of a head over a frozen Whisper, whose features are computed once."""
