"""Background work: a leased queue behind Django's Tasks API."""
