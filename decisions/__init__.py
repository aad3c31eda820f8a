"""Next best action: what else to say, and every reason against it. Pure: time comes in, nothing goes out."""
