"""Builds the messages for forges, monitoring and chats."""
