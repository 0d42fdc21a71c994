"""What all interfaces made of pages stand on: access, frame, twins, errors, look."""
