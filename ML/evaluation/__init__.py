"""How good vectors and maps are: pure functions over arrays and labels, each with its chance level."""
