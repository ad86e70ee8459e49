"""The API's description, written from its routes: parameters from their table, answers from their types."""
