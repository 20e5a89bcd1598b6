"""The service's calls, a module a family of endpoints: each gives its handlers by path and method."""
