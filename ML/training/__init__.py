"""Training of the project's own networks: data sets, splits, augmentation, the loop, the reports."""
