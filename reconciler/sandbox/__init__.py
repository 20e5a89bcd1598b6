"""The service on loopback, written from its public facts alone; it shares no code with the client."""
