"""Work that goes on beside the requests, in a process of its own, and survives the end of either."""
