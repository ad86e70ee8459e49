"""The demo library: 48 short tracks in eight styles, synthesised by the project itself."""
