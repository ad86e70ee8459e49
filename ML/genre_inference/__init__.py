"""`inference.py` without its command line: any number of files through the MFCC CNN, in flat memory."""
